import type { Frames } from './frame.ts';
import type { DataRequestView } from './views.ts';

/** The press that exports or erases what is stored about a reader. */
export function dataRequestPage({ kind, email }: DataRequestView, frames: Frames) {
  const isErase = kind === 'erase';
  return {
    frame: frames.of({ title: isErase ? 'Erase everything' : 'Your data, in one file' }),
    isErase,
    email,
  };
}
