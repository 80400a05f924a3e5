import { existsSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { projectFile, readCompose } from './files.ts';

/** The Compose Specification's own schema, as it comes with the package dclint (MIT). */
const SCHEMA = 'node_modules/dclint/schemas/compose.schema.json';

describe('docker-compose.yml against Compose’s published schema', () => {
  it('docker-compose.yml is valid', () => {
    expect(problemsOf(readCompose())).toEqual([]);
  });

  it('An unknown key makes docker-compose.yml invalid', () => {
    const file = readCompose();
    Object.assign(file.services.worker ?? {}, { depend_on: ['migrate'] });
    expect(problemsOf(file)).toEqual([
      expect.objectContaining({
        instancePath: '/services/worker',
        keyword: 'additionalProperties',
      }),
    ]);
  });
});

function problemsOf(file: unknown) {
  if (!existsSync(new URL(`../../${SCHEMA}`, import.meta.url))) {
    throw new Error(`${SCHEMA} is missing: expected the dev dependency dclint.`);
  }
  const { $schema: _draft7, ...schema } = JSON.parse(projectFile(SCHEMA));
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
    schema,
  );
  validate(file);
  return validate.errors ?? [];
}
