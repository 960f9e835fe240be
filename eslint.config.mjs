import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const noFlush = {
  selector:
    'CallExpression[callee.property.name=/^(flushall|flushdb)$/i], Literal[value=/^(flushall|flushdb)$/i]',
  message: 'A flush empties what belongs to others: delete your own keys with SCAN and UNLINK.',
};
const noHoles = {
  selector:
    'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo|failing)$/], ' +
    'CallExpression[callee.name=/^(xit|xtest|xdescribe|fit|fdescribe)$/]',
  message: 'A test that is skipped, focused or still to be written is no test.',
};

const nodeGlobals = Object.fromEntries(
  Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly']),
);

/** What holds for all TypeScript: strict, with types. */
const typed = {
  files: ['**/*.ts'],
  extends: [tseslint.configs.strictTypeChecked],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    '@typescript-eslint/consistent-type-exports': 'error',
    '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    '@typescript-eslint/no-unnecessary-condition': [
      'error',
      { allowConstantLoopConditions: 'only-allowed-literals' },
    ],
    // Options are plain objects, declared as classes only to carry their validation rules.
    '@typescript-eslint/no-misused-spread': 'off',
    '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    // `get<T>(key): Promise<T | undefined>`: what Redis holds has the type its reader says, as in Nest's own interfaces.
    '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    // Nest's module builder hands out values that exist only for their type: OPTIONS_TYPE, ASYNC_OPTIONS_TYPE.
    '@typescript-eslint/no-unused-vars': [
      'error',
      { argsIgnorePattern: '^_', varsIgnorePattern: '^_|_TYPE$' },
    ],
    'max-lines': ['error', 300],
    'no-restricted-syntax': ['error', noFlush],
  },
};

/** The house rules for the library itself. */
const library = {
  files: ['src/**/*.ts'],
  rules: {
    'max-lines-per-function': ['error', 40],
    '@typescript-eslint/max-params': ['error', { max: 3 }],
    '@typescript-eslint/explicit-module-boundary-types': 'error',
    'no-console': 'error',
  },
};

/** Tests build odd things on purpose and look at replies and bodies nobody has typed. */
const tests = {
  files: ['test/**/*.ts'],
  rules: {
    '@typescript-eslint/no-dynamic-delete': 'off',
    '@typescript-eslint/no-extraneous-class': 'off',
    '@typescript-eslint/no-non-null-assertion': 'off',
    // `afterAll(() => app?.close())`: what beforeAll assigns may be missing when it failed.
    '@typescript-eslint/no-unnecessary-condition': 'off',
    '@typescript-eslint/no-unsafe-argument': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/no-unsafe-member-access': 'off',
    '@typescript-eslint/require-await': 'off',
    '@typescript-eslint/unbound-method': 'off',
    'no-restricted-syntax': ['error', noFlush, noHoles],
  },
};

export default defineConfig(
  globalIgnores(['**/dist/', 'dist.*/', 'coverage/', '**/generated.ts', 'test/apps/']),
  js.configs.recommended,
  typed,
  library,
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  tests,
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: nodeGlobals },
    rules: { 'max-lines': ['error', 300] },
  },
);
