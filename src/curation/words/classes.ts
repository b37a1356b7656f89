/**
 * Classes of characters that spaCy's rules for English are written with, as the insides of a regular
 * expression's class. Which blocks count as letters is spaCy's choice (3.8, `lang/char_classes.py`).
 * @module
 */

/** Code points that a list of ranges in hexadecimal names. */
function* pointsOf(ranges: string): Generator<number> {
  for (const range of ranges.split(" ")) {
    const [from, to = from] = range.split("-").map((hex) => parseInt(hex, 16));
    for (let point = from; point <= to; point++) yield point;
  }
}

const escaped = (point: number) => `\\u{${point.toString(16)}}`;

/** The class of the points that a test takes, in ranges. */
function classOf(points: Iterable<number>, takes: (point: number) => boolean = () => true): string {
  const parts: string[] = [];
  let from = -1, to = -2;
  const close = () => {
    if (from >= 0) parts.push(from === to ? escaped(from) : `${escaped(from)}-${escaped(to)}`);
  };
  for (const point of points) {
    if (!takes(point)) continue;
    if (point === to + 1) to = point;
    else {
      close();
      from = to = point;
    }
  }
  close();
  return parts.join("");
}

const whole = (ranges: string) => classOf(pointsOf(ranges));

/** Latin letters, of both cases and of neither. */
const latin = "41-5A 61-7A FF21-FF3A FF41-FF5A C0-D6 D8-F6 F8-1BF 1C4-24F 2C60-2C7B 2C7E-2C7F " +
  "A722-A76F A771-A787 A78B-A78E A790-A7B9 A7FA AB30-AB5A AB60-AB64 250-2AF 1D00-1D25 1D6B-1D77 " +
  "1D79-1D9A 1E00-1EFF";
/** Greek and Cyrillic: those of Slavic languages and of Tatar. */
const greekLower = "3B1-3C9 3AC-3AF 3CC-3CE";
const greekUpper = "391-3A9 386 388-38A 38C 38E-38F";
const cyrillicLower = "430-451 453-45A 45C-45D 491 497 4A3 4AF 4BB 4D9 4E9";
const cyrillicUpper = "400-401 403-40A 40C-40D 410-42F 490 496 4A2 4AE 4BA 4D8 4E8";
/** Scripts without case. */
const uncased = "980-9FF 591-5F4 FB1D-FB4F 620-64A 66E-6D5 6E5-6FF 750-77F 8A0-8BD FB50-FBB1 " +
  "FBD3-FD3D FD50-FDC7 FDF0-FDFB FE70-FEFC 1EE00-1EEBB D80-DFF 900-97F C80-CFF B80-BFF C00-C7F " +
  "AC00-D7AF 1100-137F 3040-30FF 4E00-9FFF 3400-4DBF 20000-2A6DF 2A700-2EBEF 2E80-2EFF 2F00-2FDF 2FF0-303F " +
  "31C0-31EF 3200-33FF F900-FAFF FE30-FE4F 1F200-1F2FF 2F800-2FA1F";

const ofCase = (property: RegExp) => (point: number) => property.test(String.fromCodePoint(point));
/** The glottal stop, which has no case, is counted with the phonetic letters of lower case. */
const lowerLatin = (point: number) => point === 0x294 || ofCase(/\p{Ll}/u)(point);

/** Letters. */
export const letters = whole(
  `${latin} ${greekLower} ${greekUpper} ${cyrillicLower} ${cyrillicUpper} ${uncased}`,
);
/** Letters of lower case and of none. */
export const lower = classOf(pointsOf(latin), lowerLatin) +
  whole(`${greekLower} ${cyrillicLower} ${uncased}`);
/** Letters of upper case and of none. */
export const upper = classOf(pointsOf(latin), ofCase(/\p{Lu}/u)) +
  whole(`${greekUpper} ${cyrillicUpper} ${uncased}`);
/** Symbols that are newer than Unicode 11, which spaCy's list was made of. */
const newer = new Set(pointsOf(
  "166D 2427-2429 2B97 2BC9 2BFF 2E50-2E51 2FFC-2FFF 31E4-31E5 31EF 32FF FD40-FD4F FDCF FDFE-FDFF " +
    "1019C 11FD5-11FDC 11FE1-11FF1 1CC00-1CEB3 1CF50-1CFC3 1D1E9-1D1EA 1E14F 1ED2E 1F10D-1F10F " +
    "1F16C-1F16F 1F1AD 1F6D5-1F6DF 1F6FA-1F6FC 1F774-1F77F 1F7D9-1F7F0 1F8B0-1F8C1 1F90C-1F90F 1F93F " +
    "1F971-1F972 1F977-1F979 1F97B 1F9A3-1F9AF 1F9BA-1F9BF 1F9C3-1F9CF 1FA00-1FA53 1FA70-1FBEF",
));
const isSymbol = ofCase(/\p{So}/u);
/** Symbols such as dingbats and emoji. */
export const icons = classOf(pointsOf("A6-1FBFF"), (point) => isSymbol(point) && !newer.has(point));
