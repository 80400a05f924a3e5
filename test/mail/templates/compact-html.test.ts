import { describe, expect, it } from 'vitest';
import { compactHtml } from '../../../src/mail/templates/compact-html.ts';

describe('Compact HTML', () => {
  it('White space goes between blocks and stays between words', () => {
    expect(compactHtml('<p>\n  <b>One</b>\n  two </p>\n\n<p>three</p>')).toBe(
      '<p><b>One</b> two</p><p>three</p>',
    );
  });

  it('The cell of a text of MJML has its padding, and the table the font of the first one', () => {
    const cell = (padding: string, color: string, text: string) =>
      `<tr><td align="left" class="pad" style="font-size:0px;padding:${padding};word-break:break-word;">
        <div style="font-family:Arial;font-size:14px;line-height:22px;text-align:left;color:${color};">${text}</div>
      </td></tr>`;
    const table = `<table role="presentation" style="vertical-align:top;" width="100%">`;
    expect(
      compactHtml(
        `${table}${cell('0 20px', '#111', 'One')}${cell('4px', '#111', 'Two')}${cell('4px', '#222', 'Three')}</table>`,
      ),
    ).toBe(
      '<table role=presentation style="font:14px/22px Arial;color:#111;word-break:break-word" width="100%">' +
        '<tr><td style="padding:0 20px">One</td></tr><tr><td style=padding:4px>Two</td></tr>' +
        '<tr><td style="padding:4px;font:14px/22px Arial;color:#222">Three</td></tr></table>',
    );
  });

  it('Classes of the style sheets get short names, the most frequent first, and the others go', () => {
    const html =
      '<style>.note-wide, .note { margin: 0 }\n.rare .note { color: red !important; }</style>' +
      '<p class="note unused">1</p><p class="note note-wide">2</p><p class="unused">3</p>';
    expect(compactHtml(html)).toBe(
      '<style>.b,.a{margin:0}.c .a{color:red!important}</style>' +
        '<p class=a>1</p><p class="a b">2</p><p>3</p>',
    );
  });

  it('Figures of a style sheet are no classes, and comments go', () => {
    expect(compactHtml('<style>/* Why. */ p { letter-spacing: -0.6px; }</style>')).toBe(
      '<style>p{letter-spacing:-.6px}</style>',
    );
  });

  it('An attribute with a template tag keeps its quotation marks', () => {
    expect(compactHtml('<a href="{{url}}" class="{{x}}" title="one">{{text}}</a>')).toBe(
      '<a href="{{url}}" title=one>{{text}}</a>',
    );
  });
});
