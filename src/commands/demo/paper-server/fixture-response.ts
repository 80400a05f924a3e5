/** What is answered before validators are looked at. */
export interface FixtureResponse {
  status: number;
  type: string;
  body: string;
  link?: string;
}
