"""The stand-in's RSA key, made up for it and used for nothing else: seeds share it, for primes take long to find."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa

EXPONENT = 65537
P = int(
    "bc0b34cb668a579d953d7503ce19a86022763bc4048eb8a08c549f409b04cd67dc515fef2fbae1d3e626b7c20bb4d601"
    "a69369b93bf12d52e7ed38bd8d768a75fb12990cb49a7f40a18db610847e7af5bda074cd329c006d3c467e529eaf0daf"
    "0bf80c4674a384432fb32286fd5499811b45e9deb74e19ce1e9ab26ad4b4c712e8ef8c67921e543d58df543c7dad77f8"
    "dc8ddd15a2b04ccf93968297772e6cba7835ef7689a613991d8453e6a1ab8c7b9353c47e30c6ec5b6520f2f7282aa81f",
    16,
)
Q = int(
    "b6ed94f5c4f95a3e40a8241bff284fd255663c6b242403388d82454aa4da2f23577207d9dfa763030e5f95f3d6754f1c"
    "eb04ebf0324b01ac68648e2d4e0faf3fec73b770ba7de7fb4850c9bd4400d4c23008fdb1e4bf6cbdd08b1a16f0c75dee"
    "0c7bfeef9614d7726feaecd8f6d6fb3efc53d28dd7802416ea856090149ef6654252015a93f598da18f5298f2025245e"
    "6ee1da81dc25eafcf98d567a6ea8d04ac179b8b23adc1eae449a595e8e71d70f6971d7125859c5a8e94fcc1871bd1075",
    16,
)


@lru_cache(maxsize=1)
def rsa_key() -> rsa.RSAPrivateKey:
    """Of 3072 bits."""
    private = pow(EXPONENT, -1, (P - 1) * (Q - 1))
    public = rsa.RSAPublicNumbers(EXPONENT, P * Q)
    numbers = rsa.RSAPrivateNumbers(
        P, Q, private, private % (P - 1), private % (Q - 1), pow(Q, -1, P), public
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)
