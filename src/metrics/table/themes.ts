/**
 * Themes: the tables of a report, in the order in which they stand. A metric's row names one; a user's
 * metric may bring a theme of its own, which stands after these.
 * @module
 */

/** A table of a report. */
export interface Theme {
  /** Small letters, digits and hyphens: the table's anchor. */
  readonly id: string;
  readonly title: string;
  /** What its numbers are about: the table's caption. */
  readonly about: string;
}

/** Built-in themes by id, but for the last. */
export const themes = {
  samples: {
    title: "Samples",
    about: "How close samples are to held-out data. N stands after @ and is the same in every row.",
  },
  diversity: {
    title: "Diversity and memory",
    about: "How many different samples there are, and whether they know the training set better " +
      "than new data; each is read beside held-out data.",
  },
  "few-steps": {
    title: "Samples at few evaluations",
    about:
      "The same distance where the sampler may evaluate its network so often, and no more; the " +
      "seconds that N samples took are indicative.",
  },
  shares: {
    title: "Shares of classes",
    about: "How often the judge sees each class among unconditional samples.",
  },
  likelihood: {
    title: "Reconstruction and likelihood",
    about: "Of held-out data; a view is rendered at its camera. Likelihoods compare only where " +
      "their measure is the same; each says whether it is exact, an ELBO or an " +
      "importance-weighted bound; the true value behind a bound may be better.",
  },
  views: {
    title: "Views of the scene",
    about:
      "Of held-out views. Foreground PSNR leaves out pixels that the scene doesn't cover at all; " +
      "depth and normals are those of pixels that it covers wholly and the model more than half, " +
      "whose share is the depth's coverage. Novelty is the angle to the nearest training view, as " +
      "seen from what the cameras look at: a number of the data.",
  },
  language: {
    title: "Language",
    about:
      "What held-out text costs a model, in bits a byte of UTF-8, whatever its tokens are; and " +
      "tasks by the definitions of lm-evaluation-harness. The number of documents stands after @; " +
      "the standard error is over documents.",
  },
  dialogues: {
    title: "Dialogues",
    about:
      "Answers to held-out prompts, judged by the exact rule of the data: whether they are right, what " +
      "they are worth, and whether they have the attributes that were asked for. The number of " +
      "prompts stands after @, the same ones in every row.",
  },
  judges: {
    title: "Judges",
    about:
      "What reward and attribute models say of held-out answers, against what is exactly true of them; " +
      "and by how much a reward rises for flattery alone.",
  },
  text: {
    title: "Written text",
    about:
      "How much of what a model wrote stands in the training documents word for word, and how " +
      "many of its runs of words are different; each beside held-out documents.",
  },
  control: {
    title: "Control and latents",
    about: "What the latent code holds, by reading it and by moving it; and how often the judge " +
      "sees the class that a conditional model was asked for, beside the judge's own ceiling.",
  },
  codes: {
    title: "Discrete codes",
    about: "How many codes are used over the test set, and what they hold.",
  },
  discriminator: {
    title: "Discriminators",
    about: "What an adversary says of data that it trained on, of new data and of samples.",
  },
  speed: {
    title: "Throughput",
    about:
      "Of this machine only. The run is the unit: each value is the median of a run's repeats.",
  },
} as const satisfies Readonly<Record<string, Omit<Theme, "id">>>;

/** Id of a built-in theme; `other` is the table of what names none, and stands last. */
export type ThemeId = keyof typeof themes | "other";

/** The theme of metrics that name none. */
export const otherTheme: Theme = {
  id: "other",
  title: "Other metrics",
  about: "Of this suite.",
};

/** A theme by its id, or as a metric brought it. */
export function themeOf(theme: ThemeId | Theme): Theme {
  if (typeof theme !== "string") return theme;
  return theme === "other" ? otherTheme : { id: theme, ...themes[theme] };
}
