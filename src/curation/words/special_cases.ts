/**
 * Words that spaCy's English cuts in a way of their own, or keeps whole (3.8,
 * `lang/en/tokenizer_exceptions.py`): contractions, with and without their apostrophe, times of day,
 * abbreviations, and faces made of signs.
 * @module
 */

/** A word in its parts, the cuts written as "|". */
type Cut = string;

const capital = (word: string) => word[0].toUpperCase() + word.slice(1);
const bothCases = (words: string) => words.split(" ").flatMap((word) => [word, capital(word)]);

/** Each beginning with each of the ends: of "'ll 've" both parts, and without apostrophes too. */
function joined(beginnings: string, ends: readonly string[]): Cut[] {
  return bothCases(beginnings).flatMap((beginning) =>
    ends.flatMap((end) => [`${beginning}|${end}`, `${beginning}|${end.replaceAll("'", "")}`])
  );
}

const will = ["'ll", "'ll|'ve"], would = ["'d", "'d|'ve"];
const contractions: readonly Cut[] = [
  ...joined("i", ["'m", "'m|a"]),
  ...joined("i you he she it we they", [...will, ...would]),
  ...joined("i you we they", ["'ve"]),
  ...joined("you we they", ["'re"]),
  ...joined("he she it", ["'s"]),
  ...joined("who what when where why how there", ["'s", ...will, "'re", "'ve", ...would]),
  ...joined("that this", ["'s", ...will, ...would]),
  ...joined("these those", [...will, "'re", "'ve", ...would]),
  ...joined("ca could do does did had may might must need ought sha should wo would", [
    "n't",
    "n't|'ve",
  ]),
  ...joined("could might must should would", ["'ve"]),
  ...joined("ai are is was were have has dare", ["n't"]),
];

/** Words that would be cut as contractions and aren't. */
const words = new Set(bothCases("ill its hell shell shed were well whore"));

const degrees = [..."CFKcfk"].map((scale) => `°|${scale}|.`);
const clock = Array.from({ length: 12 }, (_, i) => i + 1)
  .flatMap((hour) => ["a.m.", "am", "p.m.", "pm"].map((half) => `${hour}|${half}`));

const others: readonly Cut[] =
  ("y'|all y|all how|'d|'y How|'d|'y not|'ve not|ve Not|'ve Not|ve can|not Can|not gon|na Gon|na " +
    "got|ta Got|ta let|'s Let|'s c'm|on C'm|on")
    .split(" ");

const whole: readonly Cut[] = [
  ...bothCases("doin goin nothin nuthin ol somethin lovin havin").flatMap((w) => [w, `${w}'`]),
  ..."em ll nuff".split(" ").flatMap((w) => [w, `'${w}`]),
  ..."'Cause 'cause 'Cos 'cos 'Coz 'coz 'Cuz 'cuz 'S 's ‘S ‘s 're 'd 'bout and/or w/o ma'am Ma'am o'clock O'clock"
    .split(" "),
  // Months and states of America.
  ...("Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. " +
    "Ind. Jan. Jul. Jun. Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. " +
    "N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. Wis.")
    .split(" "),
  ...("a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. i.e. I.e. I.E. Inc. Jr. " +
    "Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s.")
    .split(" "),
];

/** Of all languages: letters with a point, marks, faces made of signs. */
const base: readonly string[] = [
  ...[..."abcdefghijklmnopqrstuvwxyzäöü"].map((letter) => `${letter}.`),
  ..."\\t \\n — ' \\\") <space> '' C++".split(" "),
  "\t",
  "\n",
  " ",
  "\u00a0",
  ...(":) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) " +
    ";-) (; (-; :( :-( :(( :-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| " +
    "]= =[ :1 :P :-P :p :-p :O :-O :o :-o :0 :-0 :() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x " +
    ":D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V " +
    "v_v V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 (^_^) " +
    "(-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) ¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*>")
    .split(" "),
];

/** Each special word with its parts; with typographic apostrophes too. */
export const specialCases: ReadonlyMap<string, readonly string[]> = (() => {
  const all = new Map<string, readonly string[]>();
  for (const one of base) all.set(one, [one]);
  for (const cut of [...contractions, ...clock, ...degrees, ...others, ...whole]) {
    const parts = cut.split("|");
    if (!words.has(parts.join(""))) all.set(parts.join(""), parts);
  }
  for (const [text, parts] of [...all]) {
    if (!text.includes("'")) continue;
    all.set(text.replaceAll("'", "’"), parts.map((part) => part.replaceAll("'", "’")));
  }
  return all;
})();
