#!/usr/bin/env python3
"""Reads one message from standard input with Python's own parser, which shares no code with ours.

    bin/paperboy digest preview | python3 test/mail/read-mail.py

Prints each thing that is wrong; exits 0 only when nothing is.
"""

import re
import sys
from email import message_from_bytes, policy

ONCE = [
    "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type",
    "List-Id", "List-Unsubscribe",
]
PARTS = ["text/plain", "text/html"]
LONGEST_LINE = 998  # RFC 5322 §2.1.1, without the line's end


def main() -> int:
    data = sys.stdin.buffer.read()
    problems = list(problems_of(data))
    for problem in problems:
        print(f"WRONG  {problem}", file=sys.stderr)
    if not problems:
        print(f"ok     {len(data):,} bytes: {parse(data)['Subject']}")
    return 1 if problems else 0


def problems_of(data: bytes):
    if not data:
        yield "standard input is empty: expected a message"
        return
    message = parse(data)
    yield from line_problems(data)
    yield from header_problems(message)
    yield from part_problems(message)
    for part in message.walk():
        for defect in part.defects:
            yield f"{part.get_content_type()} has a defect: {defect!r}"


def parse(data: bytes):
    return message_from_bytes(data, policy=policy.default)


def line_problems(data: bytes):
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    longest = max(len(line) for line in lines)
    if longest > LONGEST_LINE:
        yield f"a line has {longest} bytes: expected at most {LONGEST_LINE}"
    if not data.isascii():
        yield "bytes above 127: expected an encoded message"


def header_problems(message):
    for name in ONCE:
        count = len(message.get_all(name, []))
        if count != 1:
            yield f"{name} stands {count} times: expected once"
    for name, value in message.items():
        for defect in getattr(value, "defects", ()):
            yield f"{name} has a defect: {defect!r}"
    subject = str(message["Subject"] or "")
    if not subject.strip() or "=?" in subject or "\ufffd" in subject:
        yield f"Subject is “{subject}”: expected decoded words"
    link = str(message["List-Unsubscribe"] or "")
    post = message["List-Unsubscribe-Post"]
    expected = "List-Unsubscribe=One-Click" if link.startswith("<https:") else None
    if post != expected:
        yield f"List-Unsubscribe-Post is “{post}”: expected “{expected}” (RFC 8058 §3.1)"
    if not re.fullmatch(r"<https?://[^\s<>]+/unsubscribe/[^\s<>/]+>(, <mailto:[^\s<>]+>)?", link):
        yield f"List-Unsubscribe is “{link}”: expected one link in angle brackets"
    if message["Date"] is not None and message["Date"].datetime is None:
        yield f"Date is “{message['Date']}”: expected a date (RFC 5322 §3.3)"


def part_problems(message):
    if message.get_content_type() != "multipart/alternative":
        yield f"Content-Type is {message.get_content_type()}: expected multipart/alternative"
        return
    parts = list(message.iter_parts())
    types = [part.get_content_type() for part in parts]
    if types != PARTS:
        yield f"the parts are {types}: expected {PARTS}, the plain one first"
    for part in parts:
        charset = (part.get_content_charset() or "").lower()
        if charset not in ("utf-8", "us-ascii"):
            yield f"{part.get_content_type()} has the charset “{charset}”: expected utf-8"
        text = part.get_content()
        if len(text.strip()) < 200 or "\ufffd" in text:
            yield f"{part.get_content_type()} does not decode to a digest ({len(text)} characters)"


if __name__ == "__main__":
    sys.exit(main())
