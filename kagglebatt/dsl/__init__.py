"""The grid vocabulary: types, constants, primitives by family, and the registry that lists them."""
