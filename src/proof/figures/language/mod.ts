/**
 * Figures of the group `language`.
 * @module
 */
export { languageFigures } from "./language.ts";
export { type Budget, budgetPath, type BudgetTerms, readBudget, unequalBudgets } from "./budget.ts";
