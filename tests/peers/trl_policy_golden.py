"""Losses of one step of TRL on tensors drawn here: tests/golden/lifecycle/trl_*.json.

What TRL computes within long methods is run from its own source, between two of its lines, on these
tensors: nothing of it is written down again.

    pip install torch==2.13.0 transformers==5.24.0 trl==1.16.0
    python tests/peers/trl_policy_golden.py grpo tests/golden/lifecycle/trl_grpo.json

TRL 1.13 dropped PPO; the last release that has it, in a folder of its own:

    pip install --no-deps --target trl_1.12 trl==1.12.0
    PYTHONPATH=trl_1.12 python tests/peers/trl_policy_golden.py ppo tests/golden/lifecycle/trl_ppo.json
"""

import inspect
import json
import sys
import textwrap
from types import SimpleNamespace

import torch
import transformers
import trl

ROWS, GROUP, MOST = 8, 4, 6
LENGTHS = [6, 3, 1, 5, 6, 2, 4, 6]


def between(function, first, last, names):
    """Runs the lines of a function from the one that begins with `first` to the one that does with `last`."""
    lines = inspect.getsource(function).splitlines()
    begin = next(i for i, line in enumerate(lines) if line.strip().startswith(first))
    end = next(i for i, line in enumerate(lines) if i >= begin and line.strip().startswith(last))
    scope = dict(inspect.getmodule(function).__dict__)
    scope.update(names)
    exec(textwrap.dedent("\n".join(lines[begin : end + 1])), scope)
    return scope


def numbers(x):
    return [float(f"{v:.9g}") for v in x.detach().double().flatten().tolist()]


def drawn(seed, *shape, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator) * scale


def mask_of(lengths):
    return (torch.arange(MOST)[None] < torch.tensor(lengths)[:, None]).float()


def logs(seed):
    """ln p of tokens, as a policy, the one that wrote, and a reference say them."""
    new = -drawn(seed, ROWS, MOST).abs() - 0.1
    return new, new + drawn(seed + 1, ROWS, MOST, scale=0.3), new + drawn(seed + 2, ROWS, MOST, scale=0.4)


def grpo_loss(kind, beta, level, clip):
    from trl import GRPOTrainer

    new, old, reference = logs(1)
    new = new.requires_grad_()
    advantages = drawn(9, ROWS)
    mask = mask_of(LENGTHS)
    mean = SimpleNamespace(reduce=lambda x, reduction: x, gather=lambda x: x, num_processes=1)
    own = SimpleNamespace(
        accelerator=mean,
        aux_loss_enabled=False,
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        importance_sampling_level=level,
        beta=beta,
        args=SimpleNamespace(use_bias_correction_kl=False, delta=None, steps_per_generation=1),
        loss_type=kind,
        epsilon_low=clip[0],
        epsilon_high=clip[1],
        use_vllm=False,
        vllm_importance_sampling_correction=False,
        model=SimpleNamespace(training=True),
        current_gradient_accumulation_steps=1,
        max_completion_length=MOST,
        _entropy_bonus_enabled=False,
        _metrics={"train": __import__("collections").defaultdict(list)},
        _get_per_token_logps_and_entropies=lambda *a, **k: (new, torch.zeros_like(new), None),
    )
    ids = torch.zeros(ROWS, MOST, dtype=torch.long)
    loss = GRPOTrainer._compute_loss(own, None, {
        "prompt_ids": ids,
        "prompt_mask": torch.ones_like(ids),
        "completion_ids": ids,
        "completion_mask": mask,
        "advantages": advantages,
        "old_per_token_logps": old,
        "ref_per_token_logps": reference,
        "num_items_in_batch": mask.sum(),
    })
    loss.backward()
    told = own._metrics["train"]
    return {
        "kind": kind,
        "beta": beta,
        "level": level,
        "clip": clip,
        "loss": numbers(loss)[0],
        "gradient": numbers(new.grad),
        "clipped": told["clip_ratio/region_mean"][0],
    }


def grpo_advantages(rewards, scale):
    from trl import GRPOTrainer

    own = SimpleNamespace(multi_objective_aggregation="sum_then_normalize", scale_rewards=scale,
                          reward_weights=torch.ones(1), num_generations=GROUP)
    found = between(
        GRPOTrainer._generate_and_score_completions,
        'if self.multi_objective_aggregation == "sum_then_normalize":',
        "advantages = torch.nan_to_num(advantages, nan=0.0)",
        {"self": own, "rewards_per_func": rewards[:, None], "device": "cpu", "num_generations": GROUP,
         "unscorable_mask": torch.zeros(ROWS, dtype=torch.bool)},
    )
    return {"scale": scale, "advantages": numbers(found["advantages"])}


def rloo(rewards, beta):
    from trl.trainer.rloo_trainer import RLOOTrainer

    new, old, reference = logs(1)
    new = new.requires_grad_()
    mask = mask_of(LENGTHS)
    kl = ((old - reference) * mask).sum(-1)
    found = between(
        RLOOTrainer._generate_and_score_completions,
        "grouped_rewards = rewards.view(-1, num_generations)",
        "advantages = torch.nan_to_num(advantages, nan=0.0)",
        {"self": SimpleNamespace(normalize_advantages=False), "rewards": rewards - beta * kl,
         "num_generations": GROUP},
    )
    advantages = found["advantages"]
    loss = between(
        RLOOTrainer._compute_loss,
        "logps = (per_token_logps * completion_mask).sum(1)",
        "loss = per_sequence_loss.mean()",
        {"self": SimpleNamespace(epsilon_low=0.2, epsilon_high=0.2), "per_token_logps": new,
         "completion_mask": mask,
         "inputs": {"old_logps": (old * mask).sum(1), "advantages": advantages}},
    )["loss"]
    loss.backward()
    return {"beta": beta, "advantages": numbers(advantages), "loss": numbers(loss)[0],
            "gradient": numbers(new.grad)}


def grpo():
    new, old, reference = logs(1)
    rewards = drawn(20, ROWS, scale=2.0)
    rewards[GROUP:] = 1.5  # a group without spread
    mixed = drawn(21, ROWS, scale=2.0)
    return {
        "lengths": LENGTHS, "most": MOST, "group": GROUP,
        "log": numbers(new), "old": numbers(old), "reference": numbers(reference),
        "advantages": numbers(drawn(9, ROWS)),
        "losses": [
            grpo_loss(kind, beta, level, clip)
            for kind, level in (("grpo", "token"), ("bnpo", "token"), ("dapo", "token"), ("dr_grpo", "token"))
            for beta, clip in ((0.0, (0.2, 0.2)), (0.04, (0.2, 0.28)))
        ],
        "rewards": [
            {"rewards": numbers(own), "by": [grpo_advantages(own, s) for s in ("group", "batch", "none")]}
            for own in (rewards, mixed)
        ],
        "rloo": {"rewards": numbers(mixed), "found": [rloo(mixed, b) for b in (0.0, 0.05)]},
    }


def ppo_case(lengths, whiten, estimator):
    from trl.experimental.ppo import ppo_trainer

    train = ppo_trainer.PPOTrainer.train
    new, old, reference = logs(31)
    values, scores = drawn(40, ROWS, MOST), drawn(41, ROWS, scale=2.0)
    sequence_lengths = torch.tensor(lengths) - 1
    args = SimpleNamespace(kl_estimator=estimator, kl_coef=0.05, whiten_rewards=whiten, gamma=0.98, lam=0.9,
                           cliprange=0.2, cliprange_value=0.2, vf_coef=0.1)
    responses = torch.zeros(ROWS, MOST, dtype=torch.long)
    made = between(
        train, "response_idxs = torch.arange(", "advantages = torch.masked_fill(advantages, padding_mask, 0)",
        {"self": SimpleNamespace(args=args), "args": args, "responses": responses,
         "sequence_lengths": sequence_lengths, "logprobs": old.clone(), "ref_logprobs": reference.clone(),
         "values": values.clone(), "scores": scores},
    )
    rows = torch.arange(ROWS)
    new = new.requires_grad_()
    valued = (values + drawn(43, ROWS, MOST, scale=0.5)).requires_grad_()
    # ln p of tokens come out of logits; these are given, so the two lines before are left out.
    found = between(
        train, "new_logprobs = torch.masked_fill(", "loss = pg_loss + args.vf_coef * vf_loss",
        {**{k: made[k] for k in ("padding_mask", "padding_mask_p1")}, "args": args,
         "micro_batch_inds": rows, "new_logprobs": new, "vpred_temp": torch.cat(
             [valued[:, :, None], torch.zeros(ROWS, 1, 1)], 1), "context_length": 1,
         "mb_values": made["values"], "mb_return": made["returns"], "mb_logprobs": made["logprobs"],
         "mb_advantage": made["advantages"]},
    )
    found["loss"].backward()
    return {
        "lengths": lengths, "most": MOST, "whitenRewards": whiten, "estimator": estimator,
        "coefficient": args.kl_coef, "gamma": args.gamma, "lambda": args.lam,
        "log": numbers(new), "old": numbers(old), "reference": numbers(reference),
        "values": numbers(values), "scores": numbers(scores), "valued": numbers(valued),
        "rewards": numbers(made["rewards"]), "advantages": numbers(made["advantages"]),
        "returns": numbers(made["returns"]),
        "policyLoss": numbers(found["pg_loss"])[0], "valueLoss": numbers(found["vf_loss"])[0],
        "loss": numbers(found["loss"])[0], "gradient": numbers(new.grad), "valueGradient": numbers(valued.grad),
    }


def ppo():
    return {"cases": [
        ppo_case(lengths, whiten, estimator)
        for lengths in (LENGTHS, [MOST] * ROWS)
        for whiten, estimator in ((False, "k1"), (True, "k3"))
    ]}


if __name__ == "__main__":
    which, path = sys.argv[1:]
    wanted = {"grpo": "1.16.0", "ppo": "1.12.0"}[which]
    if trl.__version__ != wanted:
        sys.exit(f"{which} wants TRL {wanted}; this is {trl.__version__}")
    versions = {"trl": trl.__version__, "torch": torch.__version__, "transformers": transformers.__version__}
    made = {"versions": versions, **{"grpo": grpo, "ppo": ppo}[which]()}
    with open(path, "w") as file:
        json.dump(made, file, separators=(",", ":"))
        file.write("\n")
