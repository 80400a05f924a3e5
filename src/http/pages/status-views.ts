import type { Status } from '../../services/read-status.ts';
import type { PartStates } from '../../services/support/readiness.ts';

/** How the installation is, as a person reads it. */
export interface StatusView {
  status: Status;
  parts: PartStates;
  version: string;
  /** Shows what tells of readers or of the inside. */
  isForOperator: boolean;
}
