package conformance

var invariantCases []Case
var timeoutCases []Case
var offerCases []Case
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
