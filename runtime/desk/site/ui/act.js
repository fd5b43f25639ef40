import { customer } from './names.js';
import { ask } from './dialog.js';
import { inWords, over } from './problems.js';
import { wrapUp } from './wrapup.js';
import { handOn } from './targets.js';

// What one does, from wherever it is pressed: the command, what is said of it, and
// where one is afterwards.

// attempt runs a command of a button: the button is busy meanwhile, and what goes
// wrong is said. It gives the answer, or null.
export async function attempt(desk, button, command, done) {
  if (button?.getAttribute('aria-busy') === 'true') return null;
  button?.setAttribute('aria-busy', 'true');
  offline(desk);
  try {
    const answer = await command();
    if (done) desk.toasts.done(done);
    return answer ?? {};
  } catch (problem) {
    desk.toasts.failed(inWords(problem));
    return null;
  } finally {
    button?.removeAttribute('aria-busy');
  }
}

function offline(desk) {
  if (desk.connection.status !== 'live') desk.toasts.done('There is no connection just now. It is done if that comes back soon.');
}

export async function join(desk, request, button) {
  if (button?.getAttribute('aria-busy') === 'true') return;
  button?.setAttribute('aria-busy', 'true');
  // What one joins is before one's eyes at once: nothing more is typed elsewhere.
  desk.router.open(request.id);
  offline(desk);
  try {
    const { warnings } = await desk.api.join(request.id);
    desk.announcer.say(`You have joined ${customer(request)}.`);
    if (warnings?.includes('overCapacity')) desk.toasts.failed('You have more conversations now than you should.');
    desk.focusNext = request.id;
  } catch (problem) {
    desk.toasts.failed(`${customer(request)}: ${inWords(problem)}`);
    if (over(problem)) gone(desk, request);
  } finally {
    button?.removeAttribute('aria-busy');
  }
}

export async function leave(desk, request, button) {
  const answer = await attempt(desk, button, () => desk.api.leave(request.id), `You have left ${customer(request)}.`);
  if (!answer) return;
  gone(desk, request);
  await wrapUpDue(desk, request);
}

export async function close(desk, request) {
  const closed = await ask({
    name: 'close', title: `Close the conversation with ${customer(request)}?`,
    says: 'It goes from everybody\'s inbox. If the customer writes again, a new one begins.',
    action: 'Close conversation', danger: true,
    submit: () => desk.api.close(request.id), done: () => gone(desk, request),
  });
  if (!closed) return;
  desk.toasts.done(`The conversation with ${customer(request)} is closed.`);
  await wrapUpDue(desk, request);
}

export async function transfer(desk, request) {
  const target = await handOn(desk, request, 'transfer', () => gone(desk, request));
  if (target?.list) await wrapUpDue(desk, request);
}

export const invite = (desk, request) => handOn(desk, request, 'invite');

export async function remove(desk, request, agent) {
  const removed = await ask({
    name: 'remove', title: `Remove ${agent} from the conversation?`, says: `${agent} is told, and can join again.`,
    action: 'Remove', danger: true, submit: () => desk.api.removeMember(request.id, agent),
  });
  if (removed) desk.toasts.done(`${agent} has been removed.`);
}

export const accept = async (desk, offer, button) => {
  const answer = await attempt(desk, button, () => desk.api.accept(offer.id));
  if (!answer) return;
  desk.focusNext = answer.request?.id ?? offer.request.id;
  desk.router.open(desk.focusNext);
};

export const decline = (desk, offer, button) => attempt(desk, button, () => desk.api.decline(offer.id), 'Declined.');
export const withdraw = (desk, offer, button) => attempt(desk, button, () => desk.api.withdraw(offer.id), 'Taken back.');
export const dismiss = (desk, id, button) => attempt(desk, button, () => desk.api.dismiss(id));
export const dismissAll = (desk, button) => attempt(desk, button, () => desk.api.dismissAll());

// gone goes back to the inbox when one has done with the conversation that is open.
function gone(desk, request) {
  if (desk.router.request === request.id) desk.leaveTo(request.id);
}

// wrapUpDue asks for the wrap-up, where the list does.
async function wrapUpDue(desk, request) {
  if (desk.model.wrapUps.has(request.id)) await wrapUp(desk, request.id);
}
