import { load } from 'cheerio';
import { beforeAll, describe, expect, it } from 'vitest';
import { listFeedback } from '../../../src/db/feedback/feedback.ts';
import { buildPaper, storePapers } from '../../support/rows.ts';
import { useSubscriberFixture } from '../support/subscriber-fixture.ts';

const subscriber = useSubscriberFixture();
const WORDS = ['mamba', 'protein', 'robot', 'galaxy'];

beforeAll(async () => {
  const papers = Array.from({ length: 16 }, (_, n) =>
    buildPaper({
      title: `The ${WORDS[n % 4]}: paper ${n}`,
      abstract: `About the ${WORDS[n % 4]}.`,
    }),
  );
  await storePapers(subscriber.site.app.db, papers);
});

const path = () => `/examples/${subscriber.token}`;
const given = () => listFeedback(subscriber.site.app.db, subscriber.id, { limit: 20 });
const boxesOf = (html: string) =>
  load(html)('input[name="paper"]')
    .toArray()
    .map((box) => load(html)(box).attr('value') ?? '');

describe('The choice of examples', () => {
  it('Twelve papers are shown, each with a label, and the way past them', async () => {
    const page = await subscriber.site.page(path());
    const $ = load(page.body);
    expect($('input[name="paper"]').length).toBe(12);
    expect($('label').length).toBe(12);
    expect($('main h2').text()).toBe('Choose three of these twelve');
    expect($('main a').text()).toContain('Skip this');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(await given()).toEqual([]);
  });

  it('The ticked papers teach, any number of them, and the page says what', async () => {
    const [first = '', second = ''] = boxesOf((await subscriber.site.page(path())).body);
    const answer = await subscriber.site.post(path(), { paper: [first, second] });
    const text = load(answer.body)('main').text();
    expect(answer.statusCode).toBe(200);
    expect(text).toContain('Paperboy has learned from the two papers you chose.');
    expect(text).toMatch(/Papers that mention “.+” move up\./);
    expect((await given()).map(({ paper }) => paper.id).sort()).toEqual([first, second].sort());
    expect(boxesOf((await subscriber.site.page(path())).body)).not.toContain(first);
  });

  it('Ticking nothing shows the choice again', async () => {
    const answer = await subscriber.site.post(path());
    expect(answer.statusCode).toBe(400);
    expect(load(answer.body)('.problem').text()).toContain('choose at least one');
    expect(boxesOf(answer.body)).toHaveLength(12);
  });

  it('A reader who has not confirmed cannot choose', async () => {
    const pending = await subscriber.add({ status: 'pending' });
    const [first = ''] = boxesOf((await subscriber.site.page(path())).body);
    const answer = await subscriber.site.post(`/examples/${pending.token}`, { paper: first });
    expect(answer.statusCode).toBe(409);
    expect((await subscriber.site.page('/examples/AAAAAAAAAAAAAAAAAAAAAA')).statusCode).toBe(404);
  });

  it('The page after confirming shows the choice, and the welcome email leads to it', async () => {
    const email = 'chooser@example.net';
    await subscriber.site.post('/subscribe', { email });
    const confirm = await subscriber.site.requestLinkPath(email, 'confirm');
    const answer = await subscriber.site.post(confirm);
    const $ = load(answer.body);
    expect($('h1').text()).toBe('You’re subscribed');
    expect($('input[name="paper"]').length).toBe(12);
    const token = await subscriber.site.tokenOf(email);
    expect($('main form').attr('action')).toBe(`/examples/${token}`);
    const { parsed } = await subscriber.site.mailTo(email);
    expect(parsed.text).toContain(`/examples/${token}`);
    expect(parsed.text).toContain(`/library/${token}`);
  });
});
