import { describe, expect, it } from '@jest/globals';
import { encodeKey, encodePattern } from '../../../src/common/keys/key-encoding.js';
import { compilePatternTemplate, compileTemplate } from '../../../src/common/keys/key-template.js';
import type { TemplateContext } from '../../../src/common/keys/template-parser.js';

const context: TemplateContext = {
  where: '@Cached on UserService.find',
  option: 'key',
  parameters: { names: ['id', undefined, 'options'], hasRest: false },
};

const render = (template: string, ...args: unknown[]): string =>
  encodeKey(compileTemplate(template, context)(args));

describe('compileTemplate', () => {
  it.each([
    ['settings', 'settings'],
    ['user:{0}', 'user:7'],
    ['user:{id}', 'user:7'],
    ['user:{id}:{2.page.number}', 'user:7:2'],
    ['user:{options.page.number}', 'user:2'],
    ['{id}', '7'],
    ['v{id}.1:{2.name}', 'v7.1:a%3Ab%2A'],
    ['a::{id}:', 'a::7:'],
    ['{{{id}}}', '%7B7%7D'],
    ['{{id}}', '%7Bid%7D'],
    ['100%:*', '100%25:%2A'],
  ])('renders %j as %j', (template, key) => {
    expect(render(template, 7, 'second', { name: 'a:b*', page: { number: 2 } })).toBe(key);
  });

  it('gives the key that the parts give', () => {
    expect(render('user:{0}:x', 'a:b')).toBe(encodeKey(['user', 'a:b', 'x']));
    expect(render('user:{0}', 1n)).toBe(encodeKey('user:1'));
    expect(render('user:{0}', '')).toBe(encodeKey(['user', '']));
  });

  it('knows the result where it is allowed', () => {
    const template = compileTemplate('user:{result.id}:{0}', { ...context, allowResult: true });
    expect(template([1], { id: 5 })).toEqual(['user', '5', '1']);
    expect(() => template([1], null)).toThrow('{result.id} in the template');
  });

  it.each([
    [undefined, 'is undefined'],
    [null, 'is null'],
    [{}, 'is an object'],
    [[1], 'is an array'],
    [NaN, 'is NaN'],
    [() => 1, 'is a function'],
  ])('refuses to insert %p', (value, found) => {
    const build = (): string => render('user:{0}', value);
    expect(build).toThrow(expect.objectContaining({ code: 'E_KEY_INVALID' }));
    expect(build).toThrow(`{0} in the template 'user:{0}' of @Cached on UserService.find ${found}`);
  });

  it('refuses to go on from nothing', () => {
    expect(() => render('user:{0.a.b}', { a: null })).toThrow('{0.a.b} in the template');
    expect(() => render('user:{0.a.b}')).toThrow('is undefined');
  });

  it.each([
    ['user:{name}', "has no parameter 'name'; it has: id, options"],
    ['user:{result.id}', "has no parameter 'result'"],
    ['user:{3}', 'takes 3 parameters'],
    ['user:{id', "a '{' without its partner"],
    ['user:id}', "a '}' without its partner"],
    ['user:{id}}', "a '}' without its partner"],
    ['user:{}', 'the placeholder {}; write'],
    ['user:{id.}', 'the placeholder {id.}; write'],
    ['user:{ id }', 'the placeholder { id }; write'],
    ['user:{0}{id}', "needs a ':' before {id}"],
    ['user:{0}-{id}', "needs a ':' before {id}"],
    ['', 'is empty'],
  ])('refuses the template %j where it is written', (template, problem) => {
    const compile = (): unknown => compileTemplate(template, context);
    expect(compile).toThrow(expect.objectContaining({ code: 'E_OPTIONS_INVALID' }));
    expect(compile).toThrow(problem);
    expect(compile).toThrow(`key: the template '${template}'`);
    expect(compile).toThrow('@Cached on UserService.find');
  });

  it('refuses a result that is also a parameter', () => {
    const parameters = { names: ['id', 'result'], hasRest: false };
    expect(() => compileTemplate('x:{result}', { ...context, parameters, allowResult: true })).toThrow(
      'write {1}',
    );
    expect(compileTemplate('x:{result}', { ...context, parameters })([1, 2])).toEqual(['x', '2']);
  });

  it('takes any position of a rest parameter and of a method whose source is hidden', () => {
    const rest = { ...context, parameters: { names: [], hasRest: true } };
    expect(compileTemplate('x:{4}', rest)([0, 1, 2, 3, 4])).toEqual(['x', '4']);
    const hidden = { ...context, parameters: null };
    expect(compileTemplate('x:{1}', hidden)([0, 1])).toEqual(['x', '1']);
    expect(() => compileTemplate('x:{id}', hidden)).toThrow('cannot be read; write {0} for the first');
  });
});

describe('compilePatternTemplate', () => {
  const pattern = (template: string, ...args: unknown[]): string =>
    encodePattern(compilePatternTemplate(template, context)(args));

  it('keeps the wildcards of the template and makes literals of values', () => {
    expect(pattern('user:{0}:*', 7)).toBe('user:7:*');
    expect(pattern('user:{0}:*', '*')).toBe('user:%2A:*');
    expect(pattern('user:{0}:?', 'a:\\b?')).toBe('user:a%3A%5Cb%3F:?');
    expect(pattern('user:\\*:{0}', 1)).toBe('user:%2A:1');
  });

  it('refuses a value that is none', () => {
    expect(() => pattern('user:{0}:*', undefined)).toThrow(
      expect.objectContaining({ code: 'E_KEY_INVALID' }),
    );
  });
});
