/**
 * spaCy's patterns for English (3.8, `lang/punctuation.py` and `lang/en/punctuation.py`): what is cut
 * from the start and the end of what stands between spaces, where it is cut within, and what is an
 * address and stays whole.
 * @module
 */
import { icons, letters, lower, upper } from "./classes.ts";

/** In a class, where `-`, `]`, `[`, `^` and `\` mean something. */
const inClass = (characters: string) => characters.replace(/[\\\]\[^-]/g, "\\$&");
const anyOf = (parts: readonly string[]) =>
  parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|");

const marks = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪";
const quotes = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉〈〉⟦⟧";
const money = "£€¥฿₽﷼₴₠₡₢₣₤₥₦₧₨₩₪₫₭₮₯₰₱₲₳₵₶₷₸₹₺₻₼₾₿";
const dollars = ["US$", "C$", "A$"];
const units = ("km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft kg g mg µg " +
  "t lb oz m/s km/h kmh mph hPa Pa mbar mb MB kb KB gb GB tb TB T G M K % " +
  "км км² км³ м м² м³ дм дм² дм³ см см² см³ мм мм² мм³ нм кг г мг м/с км/ч кПа Па мбар " +
  "Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ тбكم كم² كم³ م م² م³ سم سم² سم³ مم مم² مم³ كم غرام جرام جم " +
  "كغ ملغ كوب اكواب").split(" ");
/** Longest last, as spaCy lists them: the first that fits is taken. */
const hyphens = anyOf(["-", "–", "—", "--", "---", "——", "~"]);

/** What is cut from the start. */
export const prefix = new RegExp(
  `^(?:[§%=—–${inClass(marks)}]|\\+(?![0-9])|\\.\\.+|[${inClass(quotes)}$${money}]|` +
    `${anyOf(dollars)}|[${icons}])`,
  "u",
);

/** What is cut from the end: the longest, since a search finds the leftmost. */
export const suffix = new RegExp(
  [
    `……|[${inClass(marks)}]|\\.\\.+|[${inClass(quotes)}]|[${icons}]|['’][sS]|[—–]`,
    "(?<=[0-9])\\+",
    "(?<=°[FfCcKk])\\.",
    `(?<=[0-9])(?:[$${money}]|${anyOf(dollars)})`,
    `(?<=[0-9])(?:${anyOf(units)})`,
    // The class of this rule was meant to be a choice: `|`, `(`, `?`, `:` and `)` are in it.
    `(?<=[0-9${lower}%²\\-+|(?:)${inClass(marks + quotes)}])\\.`,
    `(?<=[${upper}][${upper}])\\.`,
  ].map((one) => `(?:${one})$`).join("|"),
  "u",
);

/** Where a word is cut within. */
export const infix = new RegExp(
  [
    "\\.\\.+",
    "…",
    `[${icons}]`,
    "(?<=[0-9])[+\\-*\\^](?=[0-9\\-])",
    `(?<=[${lower}${inClass(quotes)}])\\.(?=[${upper}${inClass(quotes)}])`,
    `(?<=[${letters}]),(?=[${letters}])`,
    `(?<=[${letters}0-9])(?:${hyphens})(?=[${letters}])`,
    `(?<=[${letters}0-9])[:<>=/](?=[${letters}])`,
  ].join("|"),
  "gu",
);

const word = "\\p{L}\\p{N}_";
const scheme = `(?:[${word}+\\-.]{2,}://)?`;
const signedIn = "(?:\\S+(?::\\S*)?@)?";
const byte = "(?:1?[0-9]{1,2}|2[0-4][0-9]|25[0-5])";
/** An address of four numbers that is neither private nor reserved. */
const fourNumbers =
  "(?!(?:10|127)(?:\\.[0-9]{1,3}){3})(?!(?:169\\.254|192\\.168)(?:\\.[0-9]{1,3}){2})" +
  "(?!172\\.(?:1[6-9]|2[0-9]|3[0-1])(?:\\.[0-9]{1,3}){2})" +
  `(?:[1-9][0-9]?|1[0-9][0-9]|2[01][0-9]|22[0-3])(?:\\.${byte}){2}` +
  "(?:\\.(?:[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-4]))";
const label = "A-Za-z0-9\\u{a1}-\\u{ffff}";
const host = `(?:(?:[${label}][${label}_\\-]{0,62})?[${label}]\\.)+(?:[${lower}]{2,63})`;
const rest = "(?::[0-9]{2,5})?(?:[/?#]\\S*)?$";
const address = new RegExp(`^${scheme}(?:${fourNumbers}|${host})${rest}`, "u");
const addressOfSome = new RegExp(`^${scheme}${signedIn}(?:${fourNumbers}|${host})${rest}`, "u");

/** Longest text that is tried: the pattern's time grows with the square of the length. */
const LONGEST = 2048;

/** Whether a text is an address (a URL, a host, an e-mail address), which is not cut. */
export function isAddress(text: string): boolean {
  if (!text.includes(".") || text.length > LONGEST) return false;
  return (text.includes("@") ? addressOfSome : address).test(text);
}
