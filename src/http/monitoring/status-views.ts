import type { InstallationStatus } from '../../services/monitoring/read-status.ts';
import type { ReadinessReport } from '../../services/monitoring/readiness.ts';

/** The status page. */
export interface StatusView {
  status: InstallationStatus;
  checks: ReadinessReport;
  version: string;
  /** Shows details about subscribers and internals. */
  isForOperator: boolean;
}
