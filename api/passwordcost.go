//go:build !failpoint

package api

import "github.com/alexedwards/argon2id"

// passwordCost is Argon2id (RFC 9106) with 64 MiB, two passes and two lanes:
// above OWASP's least (19 MiB, two passes). A stored hash carries its own
// parameters, so a rise here leaves the old ones valid.
var passwordCost = argon2id.Params{Memory: 64 << 10, Iterations: 2, Parallelism: 2, SaltLength: 16, KeyLength: 32}
