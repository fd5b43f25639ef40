package v1alpha1

// ConditionStalled is there only while it is True: the object was not accepted, and nothing but a change of the object
// itself can cure that. Tools that wait for objects then stop waiting: to kstatus, such an object has Failed.
//
// What another object can cure is not stalled, whatever that takes: a reference that is missing, a conflict with an
// older object, a limit that is too low, a runtime that is too old for it.
//
// Reasons when True: Invalid, ImpossibleTimes. Reason and message are those of Accepted.
const ConditionStalled ConditionType = "Stalled"
