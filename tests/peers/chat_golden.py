"""What transformers' apply_chat_template makes of dialogues: tests/golden/tokenizers/files/chat.json.

transformers==5.24.0, on tests/golden/tokenizers/files/ours_smollm.json and templates of the shapes that
models are known by, written here.

VENV/bin/python tests/peers/chat_golden.py
"""
import json
import os
import pathlib

os.environ["HF_HUB_OFFLINE"] = "1"
import transformers
from transformers import PreTrainedTokenizerFast

assert transformers.__version__ == "5.24.0", transformers.__version__
files = pathlib.Path(__file__).parent.parent / "golden/tokenizers/files"
ADDED = ["<|im_end|>", "<|header|>", "<|/header|>", "<|eot|>", "[INST]", "[/INST]", "</s>"]

TEMPLATES = {
    # A default system message.
    "system": """{% for message in messages %}
{% if loop.first and message['role'] != 'system' %}<|im_start|>system
Be brief.<|im_end|>
{% endif %}
{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}""",
    # Headers, and a token at the begin of a text.
    "headers": """{{- bos_token }}
{%- for message in messages %}
    {{- '<|header|>' + message['role'] + '<|/header|>\\n\\n' + message['content'] | trim + '<|eot|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|header|>assistant<|/header|>\\n\\n' }}
{%- endif %}""",
    # No generation prompt: an answer follows at once.
    "instruct": """{{ bos_token }}{% for message in messages %}{% if message['role'] == 'assistant' %}
{{- ' ' + message['content'] + eos_token }}{% else %}{{ '[INST] ' + message['content'] + ' [/INST]' }}
{%- endif %}{% endfor %}""",
    # Roles in text, each message ended by the token that ends texts.
    "roles": """{% for message in messages %}{{ message['role'] | upper }}:
{{ message['content'] }}{{ eos_token }}
{% endfor %}{% if add_generation_prompt %}ASSISTANT:
{% endif %}""",
}

DIALOGUES = [
    [("user", "How old is she?"), ("assistant", "She is 12.")],
    [("user", "Hello!"), ("assistant", "Hi, what can I do?"), ("user", "Name 3 colours."),
     ("assistant", "Red, green\nand blue.")],
    [("system", "Answer in one word."), ("user", "  é √ 🙂 done?"), ("assistant", "Yes")],
]


def main():
    first = PreTrainedTokenizerFast(tokenizer_file=str(files / "ours_smollm.json"))
    first.add_tokens(
        [transformers.AddedToken(one, special=True, normalized=False) for one in ADDED], special_tokens=True)
    first.bos_token, first.eos_token = "<|endoftext|>", "</s>"
    size = json.load(open(files / "ours_smollm.json"))["model"]["vocab"]
    for i, one in enumerate(ADDED):
        assert first.convert_tokens_to_ids(one) == len(size) + i, one

    def ids(text):
        return first(text, add_special_tokens=False)["input_ids"]

    out = {}
    for name, template in TEMPLATES.items():
        cases = []
        for turns in DIALOGUES:
            messages = [{"role": role, "content": content} for role, content in turns]
            text = first.apply_chat_template(messages, chat_template=template, tokenize=False)
            prompt = first.apply_chat_template(
                messages[:-1], chat_template=template, tokenize=False, add_generation_prompt=True)
            cases.append({"messages": messages, "text": text, "prompt": prompt, "tokens": ids(text),
                          "promptTokens": ids(prompt),
                          "answerTokens": ids(text[len(prompt):])})
            assert text.startswith(prompt)
        out[name] = {"template": template, "cases": cases}
    with open(files / "chat.json", "w") as file:
        json.dump({"added": ADDED, "templates": out}, file, ensure_ascii=False, indent=1)
        file.write("\n")


main()
