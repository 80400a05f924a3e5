import { expect, test } from 'vitest';
import { createResourceStack } from './resource-stack.ts';

function createResources() {
  const closed: string[] = [];
  const open = (name: string) => async () => ({
    close: async () => {
      closed.push(name);
    },
  });
  return { closed, open };
}

test('A resource that is closed twice and by closeAll closes once', async () => {
  const { closed, open } = createResources();
  const stack = createResourceStack();
  const resource = await stack.open(open('only'));
  await Promise.all([stack.close(resource), stack.closeAll(), stack.close(resource)]);
  expect(closed).toEqual(['only']);
});

test('closeAll also closes a resource that is still being opened, and nothing opens afterwards', async () => {
  const { closed, open } = createResources();
  const stack = createResourceStack();
  let finishOpening = () => {};
  const slow = new Promise<void>((resolve) => {
    finishOpening = resolve;
  });
  await stack.open(open('first'));
  void stack.open(() => slow.then(open('second')));
  const closing = stack.closeAll();
  finishOpening();
  await closing;
  expect(closed).toEqual(['second', 'first']);
  await expect(stack.open(open('third'))).rejects.toThrow('The run has ended.');
});

test('closeAll ignores a resource that failed to open', async () => {
  const { closed, open } = createResources();
  const stack = createResourceStack();
  await stack.open(open('first'));
  await stack.open(() => Promise.reject(new Error('No.'))).catch(() => undefined);
  await stack.closeAll();
  expect(closed).toEqual(['first']);
});
