/**
 * Several tags in one cell. Lists separate them by semicolon, comma, bar, their Chinese forms, or Google's ":::". A tag that has such a sign in
 * itself stands in double quotes, which are doubled inside, as in a CSV cell.
 */

const SEPARATORS = /[;,|；，、\n]|:::/;
const PIECE =
  /\s*(?:"((?:[^"]|"")*)"\s*(?=$|[;,|；，、\n]|:::)|((?:(?!:::)[^;,|；，、\n])*))(?:[;,|；，、\n]|:::|$)/gy;

export function splitTags(cell: string): string[] {
  if (!SEPARATORS.test(cell) && !cell.startsWith('"')) return [cell];
  const tags = new Set<string>();
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < cell.length) {
    const piece = PIECE.exec(cell);
    if (piece === null) break;
    const tag = piece[1]?.replaceAll('""', '"') ?? piece[2]?.trim() ?? '';
    if (tag !== '') tags.add(tag);
  }
  return [...tags];
}

export function joinTags(tags: readonly string[]): string {
  return tags
    .map((tag) =>
      SEPARATORS.test(tag) || tag.startsWith('"') ? `"${tag.replaceAll('"', '""')}"` : tag,
    )
    .join('; ');
}
