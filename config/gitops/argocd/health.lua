-- The health of every kind of pullmode.io, from its conditions.
-- Argo CD gives the object as obj, and has the libraries base and table alone.

local status = obj.status or {}
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end

local function health(name, condition)
  return { status = name, message = condition.reason .. ": " .. condition.message }
end

local function is(condition, wanted)
  return condition ~= nil and condition.status == wanted
end

local ready = conditions.Ready
if ready == nil or status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "The operator has not looked at this generation yet" }
end

-- Nothing but a change in Git can cure it.
if is(conditions.Stalled, "True") then
  return health("Degraded", conditions.Stalled)
end

-- What runs goes on, and is not what was declared.
if is(conditions.Degraded, "True") then
  return health("Degraded", conditions.Degraded)
end

if is(ready, "True") then
  return health("Healthy", ready)
end

-- A RoutingRuntime that was declared with 0 replicas does not start by waiting.
if obj.kind == "RoutingRuntime" and obj.spec.replicas == 0 and ready.reason == "NoRuntime" then
  return health("Suspended", ready)
end

-- All else can be cured by another object, or by time.
return health("Progressing", ready)
