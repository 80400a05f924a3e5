/** A response before conditional requests are evaluated. */
export interface FixtureResponse {
  status: number;
  type: string;
  body: string;
  link?: string;
}
