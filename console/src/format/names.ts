/** Splits names as people list them: by comma, in either script, semicolon or line. A blank may be within a name. */
export function splitNames(typed: string): string[] {
  return typed.split(/[,\uFF0C\u3001;\uFF1B\n]/).map((n) => n.trim()).filter(Boolean)
}
