"""The cells that the tests of widgets in a browser write into their notebooks."""

START = """
import numpy as np, teachnn as tn, teachnn_widgets as tw
from teachnn.models.vae import VAE
rng = tn.rng(0)
digits = tn.data.mnist()
vae = VAE(2, rng, hidden=64)
x = tn.data.pixels(digits.test.images[:100])
train = vae.train_function(tn.Adam(1e-3))
batches = tn.data.batches(digits.train.images, size=100, rng=rng)
"""
NET = """
net = tn.Sequential(
    tn.Flatten(), tn.Dense.create("<script>alert(1)</script>", 784, 16, rng),
    tn.BatchNorm.create("bn", 16, mode="train"),
    tn.ReLU(), tn.Dropout(0.5, rng, mode="train"), tn.Dense.create("out", 16, 10, rng))
test_net = net.at("test")
classify = tn.TestFunction(lambda x: tn.ops.softmax(test_net(x)), name="classify")
learn = tn.TrainFunction(lambda x, y: tn.loss.cross_entropy(net(x), y), net.parameters, tn.Adam(1e-3))
y = digits.test.labels[:100]
"""
GRAPHS = "graphs = tw.TwoGraphs(train.graph(x), vae.decode.graph(np.zeros((225, 2))), train=train, inputs=[x])\ngraphs"
COCKPIT = "cockpit = tw.TrainingCockpit(train, batches, test=lambda: vae.test_bound(x))\ncockpit"
EXPLORER = "explorer = tw.LatentExplorer(vae.decode, vae.encode, digits.test.images[:10])\nexplorer"
PAD = "pad = tw.DrawPad(classify=classify, reconstruct=vae.reconstruct)\npad"
LENS = "lens = tw.ModeLens(net, test_net, x)\nlens"
VIEW = "view = tw.ParameterView(net.parameters + net.statistics, [learn.graph(x, y), classify.graph(x)])\nview"
PATHS = (
    "from teachnn.models.fractalnet import FractalNet\n"
    "paths = tw.LivePaths(FractalNet.create(rng, 3, (2, 2)), x)\npaths"
)
MOVING = """
def curve(center):
    figure, axes = tn.images.figure()
    axes.plot(np.linspace(-3, 3), np.exp(-(np.linspace(-3, 3) - center) ** 2))
    axes.set(title="A bell", xlabel="x", ylabel="height")
    return figure

tw.MovingPicture(curve, center=(-2.0, 2.0, 0.0))
"""
NET_GRAPHS = "tw.TwoGraphs(learn.graph(x, y), classify.graph(x))"
FOUR = """
z = np.zeros((225, 2))
four = tw.TwoGraphs(train.graph(x), vae.encode.graph(x), vae.decode.graph(z), vae.reconstruct.graph(x))
four
"""
STEPPER = """
from teachnn.models.gpt import GPT
gpt = GPT(13, 12, rng, width=16, heads=2, blocks=2)
for parameter in gpt.parameters:  # away from the small numbers of a new one
    parameter.value = parameter.value + 0.3 * rng.standard_normal(parameter.shape)
stepper = tw.TextStepper(gpt, "0123456789+=d", prompt="12+34=", rng=tn.rng(1))
stepper
"""
