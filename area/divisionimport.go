package area

var divisionWords = map[string]words{}
