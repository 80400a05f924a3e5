import { describe, expect, it } from 'vitest';
import { expandPartials } from '../../../src/mail/templates/partials.ts';

describe('Partials of mail templates', () => {
  it('An argument replaces its name in the partial, and data stays for later', () => {
    const partials = new Map([['title', '<b class="{{inkClass}}">{{name}}</b>\n']]);
    expect(expandPartials('<p>{{> title inkClass="night"}}</p>', partials)).toBe(
      '<p><b class="night">{{name}}</b></p>',
    );
  });

  it('The lines of a partial are joined without white space', () => {
    expect(expandPartials('{{> two}}', new Map([['two', 'one,\n   two\n']]))).toBe('one,two');
  });

  it('A partial may use another partial', () => {
    const partials = new Map([
      ['outer', '({{> inner word="in"}})'],
      ['inner', '{{word}}'],
    ]);
    expect(expandPartials('{{> outer}}', partials)).toBe('(in)');
  });

  it('A partial that does not exist is an error that names it', () => {
    expect(() => expandPartials('{{> missing}}', new Map())).toThrow(
      'There is no mail partial named missing.',
    );
  });
});
