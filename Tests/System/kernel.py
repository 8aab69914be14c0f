"""The kernel by its C names, as the native library, and the same calls through a browser's WebAssembly."""
import ctypes, pathlib, sys
import numpy

from conftest import BINARY
# What each call leaves: bytes a number.
UNITS = {"rasterize": 4, "stroke": 4, "merge_masks": 4, "mask_iou": 8, "measure_mask": 8, "compress": 1, "decompress": 4,
         "encode": 4, "decode": 1, "paint": 4, "trace": 8, "mask_region": 4, "move_mask": 4, "merge_polygons": 8, "simplify": 8, "wand": 4,
         "scissors_seed": 1, "scissors_path": 8, "ontology": 1, "check": 1, "compare": 8, "interpolate": 1}
DOUBLES = {"stroke": [1], "trace": [3], "simplify": [1], "scissors_path": [2], "interpolate": [1]}
wasm_name = lambda name: {"mask_iou": "maskIoU"}.get(name) or name.split("_")[0] + "".join(w.title() for w in name.split("_")[1:])

class Native:
    def __init__(self, path=None):
        ending = "dylib" if sys.platform == "darwin" else "so"
        path = path or pathlib.Path(BINARY).resolve().parent / f"libAssayKernel.{ending}"
        self.library = ctypes.CDLL(str(path))
        self.copies = True
        for name in ("input", "output", "picture"): getattr(self.library, "assay_kernel_" + name).restype = ctypes.c_void_p

    def call(self, name, data, *arguments):
        """The bytes that a call leaves; None where the input makes no sense."""
        data = bytes(data)
        ctypes.memmove(self.library.assay_kernel_input(len(data)), data, len(data))
        typed = [ctypes.c_double(a) if i in DOUBLES.get(name, []) else ctypes.c_uint32(a) if a > 2**31 else ctypes.c_int32(a)
                 for i, a in enumerate(arguments)]
        count = getattr(self.library, "assay_kernel_" + name)(*typed)
        if count < 0: return None
        if not self.copies: return count
        return ctypes.string_at(self.library.assay_kernel_output(), count * UNITS[name]) if count else b""

    def picture(self, pixels):
        height, width = pixels.shape[:2]
        place = self.library.assay_kernel_picture(width, height)
        assert place
        ctypes.memmove(place, pixels.tobytes(), pixels.nbytes)

def counts(data): return numpy.frombuffer(data, dtype=numpy.uint32)
def doubles(data): return numpy.frombuffer(data, dtype=numpy.float64)
def rings(*all): return numpy.concatenate([[len(r), *numpy.asarray(r, dtype=float).ravel()] for r in all]).astype(numpy.float64)
