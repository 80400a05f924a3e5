import type { PageLayouts } from '../pages/page-layout.ts';
import type { DataRequestView } from '../pages/views.ts';

/** The press that exports or erases what is stored about a reader. */
export function buildDataRequestPage({ kind, email }: DataRequestView, layouts: PageLayouts) {
  const isErase = kind === 'erase';
  return {
    frame: layouts.create({ title: isErase ? 'Erase everything' : 'Your data, in one file' }),
    isErase,
    email,
  };
}
