"""Writes onnx.json: small ONNX models in base64, and what onnxruntime makes of a picture.
python make_onnx.py
"""
import base64
import json
import os

import numpy as np
import onnxruntime
from cleanfid.resize import make_resizer
from onnx import TensorProto, helper, numpy_helper

from fill import digits, picture, scaled

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def model(layout, shape, pooled=True):
    filters = scaled("onnx.weight", (5, 3, 3, 3))
    before = [helper.make_node("Transpose", ["x"], ["turned"], perm=[0, 3, 1, 2])] if layout == "nhwc" else []
    nodes = before + [
        helper.make_node("Conv", ["turned" if before else "x", "w"], ["h"], strides=[2, 2]),
        helper.make_node("Relu", ["h"], ["places"]),
    ]
    outputs = [helper.make_tensor_value_info("places", TensorProto.FLOAT, None)]
    if pooled:
        nodes += [
            helper.make_node("GlobalAveragePool", ["places"], ["p"]),
            helper.make_node("Flatten", ["p"], ["y"]),
        ]
        outputs.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, None))
    graph = helper.make_graph(
        nodes, "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)], outputs,
        [numpy_helper.from_array(filters, "w")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    return made.SerializeToString()


def features(content, layout, side):
    x = make_resizer("PIL", False, "bicubic", (side, side))(picture(5, 30, 20)) / 255
    x = ((x - MEAN) / DEVIATION).astype(np.float32)[None]
    x = x if layout == "nhwc" else x.transpose(0, 3, 1, 2)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return digits(session.run(["y"], {"x": np.ascontiguousarray(x)})[0])


CASES = [("nchw", ["n", 3, 16, 16]), ("nhwc", [1, "h", "w", 3])]
cases = []
for layout, shape in CASES:
    content = model(layout, shape)
    text = base64.b64encode(content).decode()
    cases.append(dict(layout=layout, shape=[str(s) for s in shape], model=text, features=features(content, layout, 16)))
flat = base64.b64encode(model("nchw", ["n", 4, 16, 16], False)).decode()
with open(os.path.join(os.path.dirname(__file__), "onnx.json"), "w") as file:
    json.dump(dict(cases=cases, four=flat), file, indent=1)
    file.write("\n")
