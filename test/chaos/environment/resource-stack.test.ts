import { expect, test } from 'vitest';
import { createResourceStack } from './resource-stack.ts';

function things() {
  const closed: string[] = [];
  const open = (name: string) => async () => ({
    close: async () => {
      closed.push(name);
    },
  });
  return { closed, open };
}

test('what the run closed itself is not closed again at the end, when an interrupt comes in between', async () => {
  const { closed, open } = things();
  const keeper = createResourceStack();
  const environment = await keeper.open(open('stage'));
  await Promise.all([keeper.close(environment), keeper.closeAll(), keeper.close(environment)]);
  expect(closed).toEqual(['stage']);
});

test('what is still being opened is closed too, and nothing is opened any more', async () => {
  const { closed, open } = things();
  const keeper = createResourceStack();
  let goOn = () => {};
  const slow = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await keeper.open(open('first'));
  void keeper.open(() => slow.then(open('second')));
  const over = keeper.closeAll();
  goOn();
  await over;
  expect(closed).toEqual(['second', 'first']);
  await expect(keeper.open(open('third'))).rejects.toThrow('The run is over.');
});

test('what could not be opened is passed over', async () => {
  const { closed, open } = things();
  const keeper = createResourceStack();
  await keeper.open(open('first'));
  await keeper.open(() => Promise.reject(new Error('No.'))).catch(() => undefined);
  await keeper.closeAll();
  expect(closed).toEqual(['first']);
});
