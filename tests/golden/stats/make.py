"""Writes stats.json: what scipy, statsmodels, rliable and choix say, for tests/stats/peers_test.ts.

python -m venv VENV && VENV/bin/pip install -r tests/golden/stats/requirements.txt
VENV/bin/python tests/golden/stats/make.py && deno fmt tests/golden/stats
"""
import itertools
import json
import pathlib
import warnings

import choix
import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from rliable import library as rly
from rliable import metrics as rlm
from scipy import optimize, stats
from scipy.stats import _resampling
from statsmodels.stats.multitest import multipletests

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)


def tidy(value):
    if isinstance(value, dict):
        return {k: tidy(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [tidy(v) for v in value]
    if isinstance(value, np.integer):
        return int(value)
    return float(value) if isinstance(value, (np.floating, float)) else value


def ends(distribution, estimate, shares):
    """Percentile, basic and the ends at BCa's shares, by quantiles of order q(B + 1)."""
    at = lambda q: np.quantile(distribution, q, method="weibull")
    low, high = at(0.025), at(0.975)
    return {
        "percentile": [low, high],
        "basic": [2 * estimate - high, 2 * estimate - low],
        "bca": [at(shares[0]), at(shares[1])],
    }


def bootstrap():
    """Statistics of one sample, of pairs and of two samples; the resampled values are given."""
    one = rng.exponential(size=12)
    pairs = rng.normal(size=(10, 2)) @ np.array([[1, 0.8], [0, 0.6]])
    two = [rng.gamma(2, size=9), rng.gamma(3, size=14)]

    def correlation(x, y, axis=-1):
        x = x - x.mean(axis=axis, keepdims=True)
        y = y - y.mean(axis=axis, keepdims=True)
        return (x * y).sum(axis) / np.sqrt((x * x).sum(axis) * (y * y).sum(axis))

    cases = {
        "mean": ((one,), lambda x, axis=-1: x.mean(axis=axis), False),
        "deviation": ((one,), lambda x, axis=-1: x.std(axis=axis, ddof=1), False),
        "correlation": ((pairs[:, 0], pairs[:, 1]), correlation, True),
        "ratio": (two, lambda x, y, axis=-1: x.mean(axis=axis) / y.mean(axis=axis), False),
    }
    out = {}
    for name, (data, statistic, paired) in cases.items():
        made = stats.bootstrap(data, statistic, n_resamples=499, paired=paired, method="BCa",
                               rng=np.random.default_rng(1))
        sets, of = data, statistic
        if paired:
            index = np.arange(len(data[0]))
            sets = (index,)
            of = lambda i, axis=-1: statistic(*[d[i] for d in data], axis=axis)
        low, high, acceleration = _resampling._bca_interval(
            tuple(sets), of, -1, 0.025, made.bootstrap_distribution, None, np)
        estimate = statistic(*data)
        repeats = np.array([
            stats.bootstrap(data, statistic, n_resamples=8000, paired=paired, method="BCa",
                            rng=np.random.default_rng(100 + r)).confidence_interval
            for r in range(40)
        ])
        out[name] = {
            "data": data,
            "estimate": estimate,
            "distribution": np.sort(made.bootstrap_distribution),
            "acceleration": acceleration,
            "ends": ends(made.bootstrap_distribution, estimate, (low, high)),
            "drawn": repeats.mean(axis=0),
            "drawnError": repeats.std(axis=0, ddof=1),
        }
    return out


def mean_difference(after, before, axis=-1):
    return after.mean(axis=axis) - before.mean(axis=axis)


def permutation():
    out = {"two": [], "signs": [], "ranks": []}
    for n, k, ties in [(3, 3, False), (4, 6, False), (5, 5, True), (2, 7, True)]:
        after, before = rng.normal(0.8, 1, n), rng.normal(0, 1, k)
        if ties:
            after, before = np.round(after * 2) / 2, np.round(before * 2) / 2
        made = {
            a: stats.permutation_test((after, before), mean_difference, vectorized=True,
                                      n_resamples=np.inf, alternative=a)
            for a in ["greater", "less"]
        }
        null = made["greater"].null_distribution
        found = made["greater"].statistic
        out["two"].append({
            "after": after, "before": before, "statistic": found, "arrangements": len(null),
            "greater": made["greater"].pvalue, "less": made["less"].pvalue,
            "two-sided": np.mean(np.abs(null) >= np.abs(found) - 1e-12),
        })
        ranks = stats.rankdata(np.concatenate([after, before]))
        sums = lambda r, axis=-1: r
        null = np.array([ranks[list(c)].sum()
                         for c in itertools.combinations(range(n + k), n)])
        middle = n * (n + k + 1) / 2
        found = ranks[:n].sum()
        out["ranks"].append({
            "after": after, "before": before,
            "u": stats.mannwhitneyu(after, before).statistic,
            "p": np.mean(np.abs(null - middle) >= abs(found - middle) - 1e-9),
            "scipy": stats.mannwhitneyu(after, before, method="exact").pvalue if not ties else None,
        })
    for n in [4, 7]:
        d = rng.normal(0.6, 1, n)
        made = {
            a: stats.permutation_test((d,), lambda x, axis=-1: x.mean(axis=axis), vectorized=True,
                                      permutation_type="samples", n_resamples=np.inf, alternative=a)
            for a in ["greater", "less", "two-sided"]
        }
        out["signs"].append({"differences": d, "arrangements": len(made["greater"].null_distribution),
                             **{a: m.pvalue for a, m in made.items()}})
    strata = [(rng.normal(5, 1, 3), rng.normal(4.6, 1, 3)), (rng.normal(0.5, 1, 2), rng.normal(0, 1, 4))]

    def weighted(parts):
        weights = np.array([len(a) * len(b) / (len(a) + len(b)) for a, b in parts])
        return np.average([a.mean() - b.mean() for a, b in parts], weights=weights)

    found = weighted(strata)
    null = []
    pools = [np.concatenate(s) for s in strata]
    choices = [itertools.combinations(range(len(p)), len(s[0])) for p, s in zip(pools, strata)]
    for chosen in itertools.product(*[list(c) for c in choices]):
        null.append(weighted([(p[list(c)], np.delete(p, list(c))) for p, c in zip(pools, chosen)]))
    out["strata"] = {
        "strata": [{"after": a, "before": b} for a, b in strata], "statistic": found,
        "arrangements": len(null),
        "two-sided": np.mean(np.abs(null) >= abs(found) - 1e-12),
        "greater": np.mean(np.array(null) >= found - 1e-12),
    }
    return out


def scores():
    out = []
    for runs, other, tasks in [(5, 5, 4), (3, 6, 7), (10, 10, 1)]:
        x = rng.normal(0.9, 0.4, (runs, tasks))
        y = rng.normal(0.7, 0.4, (other, tasks))
        if tasks == 7:
            x, y = np.round(x, 1), np.round(y, 1)
        thresholds = [0.25, 0.5, 0.75, 1.0, 1.25]
        entry = {
            "x": x, "y": y,
            "iqm": rlm.aggregate_iqm(x),
            "gap": rlm.aggregate_optimality_gap(x),
            "improvement": rlm.probability_of_improvement(x, y),
            "thresholds": thresholds,
            "profile": rly.score_distributions(x, thresholds),
        }
        np.random.seed(3)  # rliable draws from numpy's global stream, whatever it is given
        reps = 20_000
        _, iqm = rly.get_interval_estimates(
            {"x": x}, lambda s: np.array([rlm.aggregate_iqm(s)]), reps=reps)
        entry["iqmInterval"] = iqm["x"].ravel()
        _, profile = rly.create_performance_profile({"x": x}, np.array(thresholds), reps=4000)
        entry["profileInterval"] = profile["x"].T
        reps = 3000
        _, better = rly.get_interval_estimates(
            {"x,y": (x, y)}, rlm.probability_of_improvement, reps=reps)
        entry["improvementInterval"] = np.ravel(better["x,y"])
        out.append(entry)
    return out


def newcombe():
    """Method 5 of Newcombe 2006: the roots of its equation, by Brent's method."""
    out = []
    for n, k, u in [(3, 3, 9), (3, 3, 5.5), (5, 5, 25), (5, 5, 20), (5, 5, 12.5), (10, 8, 70),
                    (2, 5, 0), (30, 20, 431)]:
        estimate, z = u / (n * k), stats.norm.ppf(0.975)
        extra = (n + k) / 2 - 1
        off = lambda t: (estimate - t) ** 2 - z * z * t * (1 - t) * (
            1 + extra * ((1 - t) / (2 - t) + t / (1 + t))) / (n * k)
        low = 0 if estimate == 0 else optimize.brentq(off, 1e-15, estimate - 1e-15, xtol=1e-15)
        high = 1 if estimate == 1 else optimize.brentq(off, estimate + 1e-15, 1 - 1e-15, xtol=1e-15)
        out.append({"n": n, "k": k, "u": u, "low": low, "high": high})
    return out


def laws():
    f = [(x, a, b, stats.f.sf(x, a, b)) for a, b in [(1, 4), (2, 12), (4, 10), (7, 3), (31, 64)]
         for x in [0.05, 0.8, 1, 2.5, 30]]
    chi = [(x, d, stats.chi2.sf(x, d)) for d in [1, 2, 5, 10, 63] for x in [0.01, 0.9, 4, 15, 90]]
    share = [0.005, 0.025, 0.5, 0.9, 0.975]
    return {
        "f": f, "chi": chi,
        "fQuantile": [(p, a, b, stats.f.ppf(p, a, b)) for p in share
                      for a, b in [(1, 4), (4, 10), (31, 64)]],
        "chiQuantile": [(p, d, stats.chi2.ppf(p, d)) for p in share for d in [1, 4, 63]],
    }


def variance():
    out = []
    for name, counts in {"balanced": [[3] * 5], "unbalanced": [[3, 2, 4, 3]],
                         "nested": [[4] * 3, [4] * 3, [4] * 4]}.items():
        rows, families = [], []
        for f, runs in enumerate(counts):
            family = []
            for r, draws in enumerate(runs):
                values = 10 * f + rng.normal(0, 2) + rng.normal(0, 1, draws)
                family.append(values)
                rows += [{"family": f, "run": f"{f}.{r}", "y": v} for v in values]
            families.append(family)
        data = pd.DataFrame(rows)
        sums = {}
        total = smf.ols("y ~ 1" if len(counts) == 1 else "y ~ C(family)", data).fit()
        runs = smf.ols("y ~ C(run)", data).fit()
        between = total.ssr - runs.ssr
        df = (total.df_resid - runs.df_resid, runs.df_resid)
        msb, msw = between / df[0], runs.ssr / df[1]
        n0 = sum(sum(c) - sum(x * x for x in c) / sum(c) for c in counts) / df[0]
        low, high = stats.f.ppf([0.025, 0.975], *df)
        chi = lambda p, d: stats.chi2.ppf(p, d)
        ratio = msb / msw
        share = lambda r: max(0, (r - 1) / (r - 1 + n0))
        entry = {
            "name": name, "families": families, "df": df, "meanSquares": [msb, msw], "draws": n0,
            "between": [max(0, (msb - msw) / n0),
                        max(0, between * (1 - high / ratio) / (n0 * chi(0.975, df[0]))),
                        max(0, between * (1 - low / ratio) / (n0 * chi(0.025, df[0])))],
            "within": [msw, runs.ssr / chi(0.975, df[1]), runs.ssr / chi(0.025, df[1])],
            "share": [share(ratio), share(ratio / high), share(ratio / low)],
        }
        if name != "unbalanced":
            # REML is the ANOVA estimate where the design is balanced and that is positive.
            formula = "y ~ 1" if len(counts) == 1 else "y ~ C(family)"
            mixed = smf.mixedlm(formula, data, groups=data["run"]).fit(reml=True, method="lbfgs",
                                                                       gtol=1e-10)
            entry["reml"] = [mixed.cov_re.iloc[0, 0], mixed.scale]
        out.append(entry)
    return out


def strengths():
    out = []
    for n, games in [(3, 12), (6, 20)]:
        theta = rng.normal(0, 0.7, n)
        wins = np.zeros((n, n))
        for i, j in itertools.combinations(range(n), 2):
            if n == 6 and (i, j) in [(0, 5), (1, 4)]:
                continue
            won = rng.binomial(games, 1 / (1 + np.exp(theta[j] - theta[i])))
            wins[i, j], wins[j, i] = won, games - won
        if n == 6:
            # Two ties, half a win each side.
            wins[0, 1] += 1
            wins[1, 0] += 1
        data = [(i, j) for i in range(n) for j in range(n) for _ in range(int(wins[i, j]))]
        fitted = choix.opt_pairwise(n, data, alpha=0, tol=1e-12)
        design, response = [], []
        for i, j in itertools.combinations(range(n), 2):
            if wins[i, j] + wins[j, i] > 0:
                row = np.zeros(n)
                row[i], row[j] = 1, -1
                design.append(row)
                response.append([wins[i, j], wins[j, i]])

        def logistic(response):
            fit = sm.GLM(np.array(response), np.array(design)[:, 1:],
                         family=sm.families.Binomial()).fit(tol=1e-14)
            beta = np.concatenate([[0], fit.params])
            cov = np.zeros((n, n))
            cov[1:, 1:] = fit.cov_params()
            centre = np.eye(n) - 1 / n
            return beta - beta.mean(), centre @ cov @ centre
        beta, cov = logistic(response)
        prior, _ = logistic(np.array(response) + 0.5)
        out.append({"wins": wins, "choix": fitted - fitted.mean(), "glm": beta, "covariance": cov,
                    "prior": prior})
    return out


def student():
    before, after = rng.normal(3, 1, 6), rng.normal(3.4, 1, 5)
    compare = sm.stats.CompareMeans(sm.stats.DescrStatsW(after), sm.stats.DescrStatsW(before))
    ahead = sm.OLS(before, np.ones(6)).fit().get_prediction(np.ones(1)).conf_int(obs=True, alpha=0.05)
    p = np.sort(rng.uniform(0, 0.06, 8)).tolist()
    rng.shuffle(p)
    return {"before": before, "after": after,
            "difference": compare.tconfint_diff(usevar="pooled"), "p": compare.ttest_ind()[1],
            "prediction": ahead.ravel(), "ps": p, "holm": multipletests(p, method="holm")[1],
            "welch": stats.ttest_ind(after, 3 * before, equal_var=False).pvalue}


if __name__ == "__main__":
    golden = {
        "bootstrap": bootstrap(), "permutation": permutation(), "scores": scores(),
        "newcombe": newcombe(), "laws": laws(), "variance": variance(), "strengths": strengths(),
        "student": student(),
    }
    place = pathlib.Path(__file__).parent / "stats.json"
    place.write_text(json.dumps(tidy(golden), separators=(",", ":")) + "\n")
    print(place, place.stat().st_size, "bytes")
