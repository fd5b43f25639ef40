package conformance

var rightCases []Case
var clockCases []Case
var deadlineCases []Case
var liveCases []Case
var drainCases []Case
var recoveryCases []Case
var sessionCases []Case
