import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Argument, Command, Option } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSharedContext } from '../../src/commands/create-context.ts';
import { buildProgram } from '../../src/commands/program.ts';
import { computeTableChecksum } from '../../src/db/moving/copy-table.ts';
import { TABLES } from '../../src/db/moving/tables.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { type CommandResult, runCommand, runCommandWith } from './run.ts';

/** Texts that are no valid day, number, choice, address, id, file or source. */
const HOSTILE = [
  '',
  ' ',
  '-1',
  '1e3',
  'NaN',
  '2026-02-30',
  '2026-05-08T00:00',
  '２０２６-05-08',
  "'; DROP TABLE papers; --",
  '../../etc/shadow/x',
  'a\u0000b',
  '\u001b[2J\u202eexe',
  '\u{1f4ee}'.repeat(3000),
];

let test: TestApp;
let folder: string;
beforeAll(async () => {
  test = await openTestApp();
  folder = await mkdtemp(join(tmpdir(), 'paperboy-hostile-'));
  await paperboy(['seed']);
  await paperboy(['digest', 'compose']);
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

const paperboy = (argv: readonly string[], stdin = '') =>
  runCommand(test.app, argv, { cwd: folder, stdin });

/** Number and checksum of every table. */
async function everything(): Promise<unknown[]> {
  const sums = [];
  for (const table of TABLES) sums.push(await computeTableChecksum(test.app.db, table));
  return sums;
}

interface Place {
  /** For a message: `digest compose --date`. */
  name: string;
  argvWith(value: string): string[];
  /** What the message must mention. */
  about: RegExp;
}

/** Every argument and option with a value of every command. */
async function placesToFill(): Promise<Place[]> {
  let places: Place[] = [];
  await runCommandWith(async (io) => {
    const context = { ...createSharedContext(test.app, io), setExitCode: () => undefined };
    places = placesOf(await buildProgram(context), []);
    return 0;
  });
  return places;
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  if (command.commands.length > 0) {
    return command.commands.flatMap((each) => placesOf(each, [...path, each.name()]));
  }
  const args = command.registeredArguments;
  const needed = command.options
    .filter(({ mandatory }) => mandatory)
    .flatMap(({ long, argChoices }) => [long ?? '', argChoices?.[0] ?? '']);
  const words = args
    .filter(({ required }) => required)
    .map(({ argChoices }) => argChoices?.[0] ?? 'word');
  const forOption = ({ long, required, optional }: Option): Place[] =>
    required || optional
      ? [
          {
            name: [...path, long].join(' '),
            argvWith: (value) => [...path, ...words, ...needed, `${long}=${value}`],
            about: /--\w+|expected|needed|invisible|too long/,
          },
        ]
      : [];
  const forArgument = (argument: Argument): Place => ({
    name: [...path, `<${argument.name()}>`].join(' '),
    argvWith: (value) => [
      ...[...path, ...needed, '--'],
      ...args
        .filter((other) => other === argument || other.required)
        .map((other) => (other === argument ? value : (other.argChoices?.[0] ?? 'word'))),
    ],
    about: /Cannot read|expected|needed|invisible|too long|Allowed choices|There is no subscriber/,
  });
  return [...command.options.flatMap(forOption), ...args.map(forArgument)];
}

/** Text that no output may contain. */
function expectReported(
  { code, stdout, stderr }: CommandResult,
  about: RegExp,
  where: string,
): void {
  expect({ code, stdout }, where).toEqual({ code: 1, stdout: '' });
  expect(stderr, where).toMatch(about);
  expect(stderr, where).not.toMatch(/ {4}at |TypeError|RangeError|Failed query|\[object|undefined/);
  expect(stderr.replaceAll('\n', ''), where).not.toMatch(/\p{Cc}/u);
  expect(stderr.length, where).toBeLessThan(1500);
}

describe('Whatever is typed', () => {
  it('Hostile text in any argument of any command is rejected with what was expected, and changes nothing', async () => {
    const places = await placesToFill();
    expect(places.length).toBeGreaterThan(20);
    const before = await everything();
    for (const { name, argvWith, about } of places) {
      for (const value of HOSTILE) {
        expectReported(await paperboy(argvWith(value)), about, `${name} ${JSON.stringify(value)}`);
      }
    }
    expect(await everything()).toEqual(before);
  });

  it.each([
    ['nothing-such'],
    ['digest', 'nothing-such'],
    ['digest', 'compose', '--nothing-such'],
    ['digest', 'compose', 'too', 'many'],
    ['digest', 'compose', '--date'],
    ['papers', 'import'],
    ['deliveries', 'list'],
    ['\u001b[2J'],
  ])('“%s %s” is rejected as an unknown or incomplete command', async (...argv) => {
    const ended = await paperboy(argv);
    expectReported(ended, /^error: /, argv.join(' '));
    expect(ended.stderr).toContain('(see --help)');
  });
});

const PAPER = { title: 'On Boats', abstract: 'Boats float.', listed_on: '2026-05-07' };
const withField = (field: object) => JSON.stringify([PAPER, { ...PAPER, title: 'Two', ...field }]);

/** A text short enough for the title of a test. */
const brief = ([text, about]: [string, RegExp]): [string, string, RegExp] => [
  JSON.stringify(text.slice(0, 60)),
  text,
  about,
];
const entries = (list: [string, RegExp][]) => list.map(brief);

describe('A file of papers', () => {
  it.each(
    entries([
      ['[', /^The file is not JSON/],
      ['[{"title": "x"', /^The file is not JSON/],
      ['{"title": "x", "abstract": "y"}\n{"title"', /^Line 2: it is not JSON/],
      ['null', /^Line 1: null is not a paper: expected an object/],
      ['"text"', /^Line 1: "text" is not a paper: expected an object/],
      ['<html><body>503</body></html>', /^Line 1: it is not JSON/],
      ['\u0000\u0001PNG', /^Line 1: it is not JSON/],
      ['[[]]', /^Paper 1: \[\] is not a paper: expected an object/],
      ['{"error": "rate limited"}', /^Line 1: title is missing: expected/],
      [withField({ title: 7 }), /^Paper 2: title is 7: expected a text/],
      [withField({ title: '\u200b' }), /^Paper 2: title is .*: expected a text/],
      [
        withField({ abstract: 'x'.repeat(20_001) }),
        /^Paper 2: abstract is "x+…: expected a text of 1/,
      ],
      [withField({ authors: 'Ada' }), /^Paper 2: authors is "Ada": expected a list/],
      [withField({ authors: [{}] }), /^Paper 2: authors is \[\{\}\]: expected a list/],
      [withField({ author_count: -1 }), /^Paper 2: author_count is -1: expected a whole number/],
      [withField({ upvotes: 1.5 }), /^Paper 2: upvotes is 1.5: expected a whole number/],
      [withField({ upvotes: 1e300 }), /^Paper 2: upvotes is 1e\+300: expected a whole number/],
      [withField({ comments: '3' }), /^Paper 2: comments is "3": expected a whole number/],
      [
        withField({ listed_on: '2026-02-30' }),
        /^Paper 2: listed_on is "2026-02-30": expected a day/,
      ],
      [
        withField({ listed_on: '0000-00-00' }),
        /^Paper 2: listed_on is "0000-00-00": expected a day/,
      ],
      [withField({ published_on: 20260508 }), /^Paper 2: published_on is 20260508: expected a day/],
      [
        withField({ url: 'javascript:alert(1)' }),
        /^Paper 2: url is "javascript.*: expected an http/,
      ],
      [withField({ code_url: 'http://' }), /^Paper 2: code_url is "http:\/\/": expected an http/],
      [withField({ id: {} }), /^Paper 2: id is \{\}: expected a text/],
    ]),
  )(
    'A file of papers that reads %s is rejected with its place, and stores nothing',
    async (_title, text, about) => {
      await writeFile(join(folder, 'papers.json'), text);
      const before = await everything();
      expectReported(await paperboy(['papers', 'import', 'papers.json']), about, text.slice(0, 80));
      expectReported(await paperboy(['papers', 'import', '-'], text), about, text.slice(0, 80));
      expect(await everything()).toEqual(before);
    },
  );
});

const HEADER =
  'email,topics,hour,timezone,frequency,papers,minutes,relevance_threshold,paused_until';

describe('A file of readers', () => {
  it.each(
    entries([
      ['', /^The file is empty: expected a header line/],
      [
        'ada@example.org\nbob@example.org',
        /^The header line “ada@example.org” has no column “email”/,
      ],
      ['email,email\na@example.org,b', /comes twice/],
      ['{"email": "ada@example.org"}', /^The file is no CSV: .*line 1.*Expected fields/],
      ['email\nada@example.org\n"bob', /^The file is no CSV: .*line 3/],
      ['email\nada@example.org\n"bob"x', /^The file is no CSV: .*line 3/],
      [`email\nada@example.org\n"${'x'.repeat(70_000)}"`, /^The file is no CSV: /],
      ['\u0000\u0001PNG', /^The header line .* has no column “email”/],
    ]),
  )(
    'A file of subscribers that reads %s is rejected with its place, and stores nothing',
    async (_title, text, about) => {
      const before = await everything();
      expectReported(
        await paperboy(['subscribers', 'import', '-'], text),
        about,
        JSON.stringify(text.slice(0, 80)),
      );
      expect(await everything()).toEqual(before);
    },
  );

  it.each([
    ['nobody', /“nobody” is not an email address: expected/],
    ['a@b@example.org', /expected/],
    ['ada@example.org,alchemy', /alchemy/],
    ['ada@example.org,,24', /“24” is not a valid hour: expected/],
    ['ada@example.org,,7.5', /“7.5” is not a valid hour: expected/],
    ['ada@example.org,,,Atlantis', /“Atlantis”.*expected/],
    ['ada@example.org,,,,hourly', /“hourly”.*expected/],
    ['ada@example.org,,,,,21', /“21”.*expected/],
    ['ada@example.org,,,,,,0', /“0”.*expected/],
    ['ada@example.org,,,,,,,tall', /“tall”.*expected/],
    ['ada@example.org,,,,,,,,2026-02-30', /“2026-02-30”.*expected/],
  ])(
    'A CSV of subscribers with the row %s is rejected by line; the other rows are stored',
    async (row, about) => {
      const before = await everything();
      const text = `${HEADER}\n${row}\n`;
      const ended = await paperboy(['subscribers', 'import', '-', '--json'], text);
      expect(ended.code).toBe(1);
      expect(JSON.parse(ended.stdout)).toMatchObject({ rows: 1, added: 0, rejected: 1 });
      expect(ended.stderr).toMatch(/^Line 2: /);
      expect(ended.stderr).toMatch(about);
      expect(await everything()).toEqual(before);
    },
  );
});
