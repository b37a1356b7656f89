"""Losses and gradients of one step of TRL's trainers, on one small Llama and one batch.

    python trl_golden.py FILE.json

Writes weights (in the layout of src/backbones/decoder), the rows of tokens as TRL made them, and each
loss with the norm of its gradient. tests/golden/lifecycle/trl.json is what it wrote with the versions
in it; `deno task peers:lifecycle` runs it anew. Needs tests/peers/requirements_lifecycle.txt.
"""

import base64
import json
import os
import sys
import tempfile
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TRL_EXPERIMENTAL_SILENCE="1", TOKENIZERS_PARALLELISM="false")
warnings.filterwarnings("ignore")

import numpy
import peft
import torch
import transformers
import trl
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification
from transformers import PreTrainedTokenizerFast
from trl.experimental import cpo, orpo

VOCABULARY = 40
SHAPE = dict(layers=2, width=16, heads=4, key_value_heads=2, hidden=24, context=32, epsilon=1e-5)
PAD, END = VOCABULARY - 2, VOCABULARY - 1
# Prompts, chosen and rejected answers of unequal lengths, as numbers of words.
PAIRS = [
    ([3, 7, 1, 12], [5, 9, 2], [8, 30]),
    ([11, 4], [20, 21, 22, 23, 6], [17]),
    ([2, 2, 19, 33, 8, 1], [13], [14, 15, 16, 18]),
    ([25, 26, 27], [28, 29, 31, 32, 34, 35, 36], [10, 0, 24, 37]),
]


def tokenizer():
    words = {**{f"w{i}": i for i in range(PAD)}, "<pad>": PAD, "<end>": END}
    inner = Tokenizer(models.WordLevel(words, unk_token="w0"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<end>", pad_token="<pad>")


def said(words):
    return " ".join(f"w{i}" for i in words)


def config():
    return LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=SHAPE["width"],
        num_hidden_layers=SHAPE["layers"],
        num_attention_heads=SHAPE["heads"],
        num_key_value_heads=SHAPE["key_value_heads"],
        intermediate_size=SHAPE["hidden"],
        max_position_embeddings=SHAPE["context"],
        rms_norm_eps=SHAPE["epsilon"],
        tie_word_embeddings=False,
        pad_token_id=PAD,
        eos_token_id=END,
        bos_token_id=None,
        attn_implementation="eager",
    )


def awake(model, generator, size):
    """Every number takes part."""
    with torch.no_grad():
        for name, values in model.named_parameters():
            values.add_(torch.randn(values.shape, generator=generator) * size)
    return model.float().eval()


def encoded(values):
    """As float32 in base64, which JSON's decimals would be four times as long as."""
    data = values.detach().numpy().astype("<f4")
    return {"shape": list(data.shape), "data": base64.b64encode(data.tobytes()).decode()}


def layout(model):
    """Weights by the paths of src/backbones/decoder: linear maps stand as [in, out]."""
    names = {"self_attn.q_proj": "query", "self_attn.k_proj": "key", "self_attn.v_proj": "value",
             "self_attn.o_proj": "out", "mlp.gate_proj": "gate", "mlp.up_proj": "up",
             "mlp.down_proj": "down"}
    norms = {"input_layernorm": "norm1", "post_attention_layernorm": "norm2"}
    found = {"tokens/weight": encoded(model.model.embed_tokens.weight),
             "norm/gain": encoded(model.model.norm.weight)}
    for i, layer in enumerate(model.model.layers):
        parts = dict(layer.named_parameters())
        for theirs, ours in names.items():
            found[f"layers/{i}/{ours}/weight"] = encoded(parts[f"{theirs}.weight"].T.contiguous())
        for theirs, ours in norms.items():
            found[f"layers/{i}/{ours}/gain"] = encoded(parts[f"{theirs}.weight"])
    for head in ("lm_head", "score"):
        if hasattr(model, head):
            found["head/weight"] = encoded(getattr(model, head).weight.T.contiguous())
    return found


def main(path):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    words, generator = tokenizer(), torch.Generator().manual_seed(7)
    reference = awake(LlamaForCausalLM(config()), generator, 0.2)
    policy = LlamaForCausalLM(config())
    policy.load_state_dict(reference.state_dict())
    awake(policy, generator, 0.05)
    judge = awake(LlamaForSequenceClassification(config_of_judge()), generator, 0.2)

    pairs = [dict(prompt=said(p), chosen=" " + said(c), rejected=" " + said(r)) for p, c, r in PAIRS]
    answers = [dict(prompt=p["prompt"], completion=p["chosen"]) for p in pairs]
    # The chosen answers before the rejected ones: divergences are estimated on neighbours.
    examples = [dict(prompt=p["prompt"], completion=p[side], label=side == "chosen")
                for side in ("chosen", "rejected") for p in pairs]
    found, rows = [], {}

    def told(name, objective, settings, loss, model, **more):
        model.zero_grad()
        loss.backward()
        squares = sum(float((p.grad.double() ** 2).sum()) for p in model.parameters()
                      if p.grad is not None)
        found.append(dict(name=name, objective=objective, settings=settings, loss=float(loss),
                          gradient_norm=squares ** 0.5, **more))
        model.zero_grad()

    with tempfile.TemporaryDirectory() as out:
        base = dict(output_dir=out, report_to=[], use_cpu=True, bf16=False, max_steps=1,
                    disable_tqdm=True, save_strategy="no", gradient_checkpointing=False)

        def batch_of(trainer, size):
            trainer.model.eval()
            loader = torch.utils.data.DataLoader(
                trainer.train_dataset, batch_size=size, collate_fn=trainer.data_collator)
            return next(iter(loader))

        def trained(maker, arguments, data, size=len(PAIRS), model=policy, **more):
            trainer = maker(
                model=model,
                args=arguments(**base, per_device_train_batch_size=size, **more.pop("args", {})),
                train_dataset=Dataset.from_list(data), processing_class=words, **more)
            return trainer, dict(batch_of(trainer, size))

        sft, batch = trained(trl.SFTTrainer, trl.SFTConfig, answers)
        told("sft", "sft", {}, sft.compute_loss(sft.model, batch), policy)

        dpo_losses = [
            ("sigmoid", "dpo", {}),
            ("sigmoid_norm", "dpo", {"mean": True}),
            ("ipo", "ipo", {}),
            ("hinge", "hinge", {}),
            ("robust", "robust", {"smoothing": 0.1}),
            ("exo_pair", "exo_pair", {"smoothing": 0.1}),
            ("nca_pair", "nca_pair", {}),
            ("sppo_hard", "sppo_hard", {}),
            ("apo_zero", "apo_zero", {}),
            ("apo_down", "apo_down", {}),
            ("discopop", "discopop", {}),
        ]
        for loss_type, objective, settings in dpo_losses:
            trainer, batch = trained(
                trl.DPOTrainer, trl.DPOConfig, pairs, ref_model=reference,
                args=dict(beta=0.2, loss_type=[loss_type],
                          label_smoothing=settings.get("smoothing", 0.0)))
            mask, tokens = batch["attention_mask"], batch["input_ids"]
            rows = dict(
                tokens=[t[m == 1].tolist() for t, m in zip(tokens, mask)],
                scored=[s[m == 1].tolist() for s, m in zip(batch["completion_mask"], mask)])
            told(f"dpo {loss_type}", objective, {"beta": 0.2, **settings},
                 trainer.compute_loss(trainer.model, batch), policy)

        for weights in ({}, {"desirable": 1.5, "undesirable": 0.75}):
            named = {f"{side}_weight": w for side, w in weights.items()}
            trainer, batch = trained(
                trl.KTOTrainer, trl.KTOConfig, examples, size=len(examples), ref_model=reference,
                args=dict(beta=0.2, **named))
            told("kto" + "".join(f" {k} {v}" for k, v in weights.items()), "kto",
                 {"beta": 0.2, **weights}, trainer.compute_loss(trainer.model, batch), policy)

        # The other way round the estimate of the divergence is above zero.
        trainer, batch = trained(
            trl.KTOTrainer, trl.KTOConfig, examples, size=len(examples), model=reference,
            ref_model=policy, args=dict(beta=0.2))
        told("kto turned", "kto", {"beta": 0.2}, trainer.compute_loss(trainer.model, batch),
             reference, turned=True)
        assert trainer._metrics["eval"]["kl"][-1] > 0.1, "the divergence is zero here too"

        trainer, batch = trained(orpo.ORPOTrainer, orpo.ORPOConfig, pairs, args=dict(beta=0.2))
        same_rows(batch, rows)
        told("orpo", "orpo", {"beta": 0.2},
             trainer.get_batch_loss_metrics(trainer.model, batch)[0], policy)

        cpo_losses = [
            ("simpo", "simpo", dict(loss_type="simpo", beta=2.0, simpo_gamma=0.8, cpo_alpha=0.0),
             {"beta": 2, "gamma": 0.8}),
            ("cpo", "cpo", dict(loss_type="sigmoid", beta=0.2, cpo_alpha=1.0), {"beta": 0.2}),
            ("cpo smoothed", "cpo",
             dict(loss_type="sigmoid", beta=0.2, cpo_alpha=0.5, label_smoothing=0.1),
             {"beta": 0.2, "smoothing": 0.1, "likelihood": 0.5}),
        ]
        for name, objective, arguments, settings in cpo_losses:
            trainer, batch = trained(cpo.CPOTrainer, cpo.CPOConfig, pairs, args=arguments)
            same_rows(batch, rows)
            told(name, objective, settings,
                 trainer.get_batch_loss_metrics(trainer.model, batch)[0], policy)

        for centring in (None, 0.01):
            trainer, batch = trained(
                trl.RewardTrainer, trl.RewardConfig, pairs, model=judge,
                args=dict(center_rewards_coefficient=centring))
            judged = [t[m == 1].tolist() for t, m in zip(batch["input_ids"], batch["attention_mask"])]
            assert judged == rows["tokens"], "the reward model reads other rows"
            told("reward" if centring is None else "reward centred", "reward",
                 {} if centring is None else {"centring": centring},
                 trainer.compute_loss(trainer.model, batch), judge)

    golden = dict(
        versions={m.__name__: m.__version__ for m in (trl, transformers, torch, peft, numpy)},
        shape=dict(SHAPE, vocabulary=VOCABULARY, end=END),
        # Chosen answers' rows before rejected ones'.
        rows=rows,
        weights=dict(policy=layout(policy), reference=layout(reference), judge=layout(judge)),
        losses=found,
    )
    with open(path, "w") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")


def config_of_judge():
    judge = config()
    judge.num_labels = 1
    return judge


def same_rows(batch, rows):
    """ORPO and CPO make rows of their own: they have to be the same."""
    for side, half in (("chosen", slice(0, len(PAIRS))), ("rejected", slice(len(PAIRS), None))):
        tokens, mask = batch[f"{side}_input_ids"], batch[f"{side}_attention_mask"]
        own = [t[m == 1].tolist() for t, m in zip(tokens, mask)]
        assert own == rows["tokens"][half], f"other rows: {own}"


if __name__ == "__main__":
    main(sys.argv[1])
