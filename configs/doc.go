// Package configs holds what a city may change without touching code, and
// parses it into the types of the rooms that use it: hotline.yaml (the node),
// the policy versions, the holiday calendar, the notices, the prompts, and the
// demo city. The files beside this source are built into the program; a folder
// given as policy.dir takes their place. Every fault is reported at once, with
// file and line and what to write instead.
package configs
