"""The demo: a simulated service desk with known deviations and one known bottleneck."""

from pipelines.demo.simulation import Bottleneck, Simulation, simulate
from pipelines.demo.workspace import DemoFiles, write_demo_workspace

__all__ = ["Bottleneck", "DemoFiles", "Simulation", "simulate", "write_demo_workspace"]
