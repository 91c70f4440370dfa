// How aid works, for whoever is asked.
export const knowledge = {
  knowledge: {
    lead: 'What callers ask about aid, and answers to read out. Sums and terms are those of the rules in force here on the day.', search: 'Search the answers', placeholder: 'Characters, pinyin or first letters: dibao, db', day: 'As of',
    count: '{n} found', nothing: 'Nothing found. Say it another way, or with one or two words only.', since: 'Since {from}', between: '{from} to {until}', source: 'Rests on: {source}', versions: 'Answers of other times', onlyOne: 'There is this version only.',
  },
}
