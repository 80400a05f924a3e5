import { DATA_REQUEST_COPY } from '../../copy/en/pages/data-request.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { DataRequestView } from '../pages/views.ts';

/** The page with the button that exports or deletes a subscriber's data. */
export function buildDataRequestPage({ kind, email }: DataRequestView, layouts: PageLayouts) {
  return {
    layout: layouts.create({ title: DATA_REQUEST_COPY[kind].title }),
    isErase: kind === 'erase',
    email,
  };
}
