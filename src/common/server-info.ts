/** Is what a server says of itself: the fields of `INFO` by name. @internal */
export type ServerInfo = ReadonlyMap<string, string>;

/** Reads the text that `INFO` answers. @internal */
export function parseServerInfo(text: string): ServerInfo {
  const fields = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** Returns a field's number. @returns null when the server does not say it, or says no number. @internal */
export function infoNumber(info: ServerInfo, field: string): number | null {
  const text = info.get(field);
  const value = text === undefined || text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
