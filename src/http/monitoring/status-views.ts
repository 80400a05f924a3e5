import type { InstallationStatus } from '../../services/monitoring/read-status.ts';
import type { ReadinessReport } from '../../services/monitoring/readiness.ts';

/** How the installation is, as a person reads it. */
export interface StatusView {
  status: InstallationStatus;
  checks: ReadinessReport;
  version: string;
  /** Shows what tells of readers or of the inside. */
  isForOperator: boolean;
}
