/**
 * Stages as a suite asks for them.
 * @module
 */

/** A stage with its settings, all of them, as they stand in a run's config. */
export interface AskedStage {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A stage of a pipeline with what it is called there. */
export interface LabelledStage extends AskedStage {
  /** Its name; "unicode#2" where it is the second of this name. */
  readonly label: string;
}

/** Stages with their labels. */
export function labelled(stages: readonly AskedStage[]): LabelledStage[] {
  return stages.map((stage, i) => {
    const before = stages.slice(0, i).filter(({ name }) => name === stage.name).length;
    return { ...stage, label: before === 0 ? stage.name : `${stage.name}#${before + 1}` };
  });
}
