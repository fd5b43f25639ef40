// A desk as those are that exist: how they treat what they are told is observed, not chosen. What would have them misbehave is a fault.
class Desk {
  lists = []; rows = new Map(); alerts = new Map(); talks = new Map();
  rings = []; closed = []; ended = []; errors = []; faults = []; removed = 0; connects = 0; drops = [];
  #facts = new Set();

  constructor({ library, url, token, profile, transports, agent }) {
    this.agent = agent;
    this.older = profile === 'topicId';
    this.socket = require(library).io(url, {
      forceNew: true, transports, timeout: 60_000, reconnectionDelay: 10, reconnectionDelayMax: 50,
      auth: { token, profile, agent: JSON.stringify({ id: agent, username: agent }) },
    });
    const on = (event, handle) => this.socket.on(event, (...args) => {
      try { handle(...args); } catch (err) { this.faults.push(`${event}: ${err.stack}`); }
      for (const fact of this.#facts) fact();
    });
    on('connect', () => { this.connects++; });
    on('disconnect', reason => this.drops.push(reason));
    on('connect_error', err => this.errors.push({ task: 'connect', msg: err.message, data: err.data }));
    on('errors', e => this.errors.push(e));
    on('onPullModeSubscribedList', lists => { this.lists = lists.map(l => l.id); });
    on('pullModeSubscribedListRequests', rows => { this.rows = new Map(rows.map(r => [r.id, this.#row(r)])); });
    on('addPullModeSubscribedListRequests', rows => { for (const r of rows) if (!this.rows.has(r.id)) this.rows.set(r.id, this.#row(r)); });
    on('removePullModeSubscribedListRequests', list => { for (const [id, r] of this.rows) if (r.listId === list) this.rows.delete(id); });
    on('onPullModeSubscribedListRequest', e => this.#listEvent(e));
    on('onTopicData', (e, ack) => { this.#open(e); ack({ status: 'ok' }); });
    on('onCimEvent', e => this.#happened(e));
    on('topicClosed', e => this.closed.push(e.conversationId));
    on('topicUnsubscription', e => {
      if (!this.talks.delete(e.conversationId)) this.faults.push(`the end of ${e.conversationId}, which is not open, closes another one`);
      this.ended.push(e.reason);
    });
    on('socketSessionRemoved', () => { this.removed++; });
  }

  #row(r) {
    const session = r.channelSession;
    if (session.channel.channelType.name !== session.channel.channelType.id) throw new Error('channelType');
    if ((this.older ? session.topicId : session.conversationId) !== r.id) throw new Error(`the session is of ${session.conversationId}, the row of ${r.id}`);
    if (typeof r.time !== (this.older ? 'string' : 'number')) throw new Error(`time is a ${typeof r.time}`);
    return r;
  }

  #listEvent(e) {
    if ((this.older ? typeof e.pullModeEvent !== 'object' : typeof e.pullModeEvent !== 'string')) throw new Error('pullModeEvent is of the other profile');
    const r = this.#row(this.older ? e.pullModeEvent : JSON.parse(e.pullModeEvent));
    if ((this.older ? e.topicId : e.conversationId) !== r.listId) throw new Error('the topic is not the list');
    if (e.type === 'PULL_MODE_LIST_REQUEST_STATE_CHANGED' && r.status.toLowerCase() === 'closing') {
      this.rows.delete(r.id);
      this.alerts.delete(r.id);
      return;
    }
    if (!this.rows.has(r.id)) { // whatever it is: a desk rings
      this.alerts.set(r.id, r);
      this.rings.push(r.id);
    }
    this.rows.set(r.id, r);
  }

  #open(e) {
    const data = e.topicData, me = data.topicParticipant.participant.keycloakUser.id;
    if (me !== this.agent) throw new Error(`opened for ${me}`);
    const talk = { texts: [], agents: [], failed: [], sent: [] };
    for (const event of data.topicEvents) this.#message(talk, event);
    for (const p of data.participants) {
      if (p.type.toLowerCase() === 'customer') p.participant.channelData.additionalAttributes.find(a => a.type.toLowerCase() === 'webchanneldata');
      else if (p.participant.keycloakUser.id !== me) talk.agents.push(p.participant.keycloakUser.id);
    }
    this.talks.set(e.conversationId, talk);
  }

  #message(talk, { name, data, channelSession }) {
    channelSession.channel.channelType.name.toLowerCase();
    if (name === 'CUSTOMER_MESSAGE' || name === 'AGENT_MESSAGE') {
      const sender = data.header.sender;
      if (sender.type.toLowerCase() === 'connector') [sender.senderName, sender.type] = [data.header.customer.firstName, 'CUSTOMER'];
      talk.texts.push(`${sender.senderName}: ${data.body.markdownText}`);
      talk.sent.push(data.id);
    }
  }

  #happened(e) {
    const event = JSON.parse(e.cimEvent), talk = this.talks.get(e.conversationId);
    if (!talk) { // a desk leaves what it does not know
      this.faults.push(`${event.name} of ${e.conversationId}, which is not open`);
      return;
    }
    const agent = event.data.agentParticipant?.participant.keycloakUser.id;
    if (event.name === 'AGENT_SUBSCRIBED') talk.agents.push(agent);
    else if (event.name === 'AGENT_UNSUBSCRIBED') talk.agents = talk.agents.filter(a => a !== agent);
    else if (event.name === 'MESSAGE_DELIVERY_NOTIFICATION') talk.failed.push(event.data.body.messageId);
    else this.#message(talk, event);
  }

  // until waits for a fact; whatever is told is a reason to look again.
  until(what, fact) {
    return new Promise((resolve, reject) => {
      const give = setTimeout(() => { this.#facts.delete(look); reject(new Error(`${this.agent}: not ${what}: ${this}`)); }, 120_000);
      const look = () => { if (fact(this)) { clearTimeout(give); this.#facts.delete(look); resolve(); } };
      this.#facts.add(look);
      look();
    });
  }

  ask(event, payload) { return new Promise(resolve => this.socket.emit(event, payload, resolve)); }

  async must(event, payload) {
    const answer = await this.ask(event, payload);
    if (answer.status !== 'ok') throw new Error(`${this.agent}: ${event}: ${JSON.stringify(answer)}`);
    return answer;
  }

  status(id) { return this.rows.get(id)?.status; }

  // me is what a desk says of its agent with every command.
  me(topicId) {
    const keycloakUser = { id: this.agent, username: this.agent };
    return {
      agentId: this.agent,
      topicParticipant: { type: 'AGENT', topicId, role: 'PRIMARY', state: 'SUBSCRIBED', participant: { id: this.agent, participantType: 'CCUser', keycloakUser } },
    };
  }

  subscribe(id) { return this.must('subscribePullModeList', { ...this.me(id), listId: id, list: { id, name: id, description: '' } }); }
  unsubscribe(id) { return this.must('unsubscribePullModeList', { ...this.me(id), listId: id, list: { id, name: id, description: '' } }); }

  // join is optimistic: the alert goes before anybody has answered.
  join(id) {
    this.alerts.delete(id);
    if (this.older) return this.ask('joinPullModeRequest', { conversationId: id, agentId: this.agent, taskId: id });
    return this.ask('joinPullModeRequest', { ...this.me(id), channelSession: this.rows.get(id)?.channelSession, requestId: id });
  }

  say(id, text, messageId) {
    const data = { id: messageId, header: { timestamp: Date.now(), sender: { id: this.agent, type: 'AGENT' } }, body: { type: 'PLAIN', markdownText: text } };
    return this.must('publishCimEvent', {
      agentId: this.agent, conversationId: id,
      cimEvent: { id: `event-of-${messageId}`, name: 'AGENT_MESSAGE', type: 'MESSAGE', timestamp: Date.now(), data },
    });
  }

  leave(id) { return this.must('topicUnsubscription', { conversationId: id, agentId: this.agent, roomInfo: { id, mode: 'CONTACT_CENTER' } }); }
  close(id) { return this.must('deletePullModeRequest', id); }

  toString() {
    const { lists, rings, ended, errors, faults, removed, connects, drops } = this;
    const rows = Object.fromEntries([...this.rows].map(([id, r]) => [id, r.status]));
    return JSON.stringify({ lists, rows, alerts: [...this.alerts.keys()], talks: Object.fromEntries(this.talks), rings, ended, errors, faults, removed, connects, drops });
  }
}

module.exports = { Desk };
