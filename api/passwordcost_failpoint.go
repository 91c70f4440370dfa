//go:build failpoint

package api

import "github.com/alexedwards/argon2id"

// passwordCost of the build that tests kill is next to nothing: each of dozens of
// cities hashes fifty invented passwords, and nobody is to be kept from guessing them.
var passwordCost = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
