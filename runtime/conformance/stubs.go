package conformance

var notificationCases []Case
var alertCases []Case
var grabCases []Case
var raceCases []Case
var rightCases []Case
var clockCases []Case
var deadlineCases []Case
var liveCases []Case
var drainCases []Case
var recoveryCases []Case
var sessionCases []Case
