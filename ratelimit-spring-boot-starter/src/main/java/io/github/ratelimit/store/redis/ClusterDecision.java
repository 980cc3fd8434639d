package io.github.ratelimit.store.redis;

import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A decision over limits in several slots of a cluster, which no script can decide at
 * once: all are looked at, then taken, and what was taken goes back if one that had
 * permits has lost them meanwhile. The questions of each step are under way together.
 */
final class ClusterDecision {

	private final List<ChargeGroup> groups;

	private final RedisDecisions decisions;

	private final Map<Charge, ChargeDecision> said = new IdentityHashMap<>();

	ClusterDecision(List<ChargeGroup> groups, RedisDecisions decisions) {
		this.groups = groups;
		this.decisions = decisions;
	}

	List<ChargeDecision> decide(List<Charge> charges, long start) {
		List<ChargeGroup> failed = new ArrayList<>();
		List<ChargeGroup> late = new ArrayList<>();
		List<ChargeGroup> there = new ArrayList<>();
		boolean granted = look(there, late, failed, start);
		if (granted && !failed.isEmpty()) {
			granted = note(this.decisions.decideWithout(failed));
		}
		else {
			failed.forEach(this::noteLetThrough);
		}
		if (!granted) {
			late.forEach(this::noteLetThrough);
		}
		else if (late.isEmpty()) {
			take(there, start);
		}
		else {
			// no time is left to wait for what would be taken now
			late.addAll(there);
			takeLate(late, start);
		}
		return charges.stream().map(this.said::get).toList();
	}

	private void noteLetThrough(ChargeGroup group) {
		note(group.charges().stream().map(ChargeDecision::letThrough).toList());
	}

	private boolean look(List<ChargeGroup> there, List<ChargeGroup> late, List<ChargeGroup> failed, long start) {
		List<ScriptCall> questions = ask(this.groups, false, failed);
		boolean granted = true;
		for (ScriptCall question : questions) {
			ScriptCall.Said answer = question.await(RedisDecisions.deadline(start, question.group()));
			if (answer != null) {
				there.add(question.group());
				granted &= answer.granted();
				note(answer.decisions());
			}
			else {
				this.decisions.abandon(question);
				(question.hasFailed() ? failed : late).add(question.group());
			}
		}
		return granted;
	}

	private void takeLate(List<ChargeGroup> groups, long start) {
		DeadlineFallback.Taken taken = this.decisions.decideLate(groups, start);
		for (int i = 0; taken.granted() && i < groups.size(); i++) {
			ChargeGroup group = groups.get(i);
			ScriptCall question = group.node().isCrowded() ? null : this.decisions.ask(group, true);
			this.decisions.leave(group, question, taken.receipts().get(i));
		}
		if (!taken.granted()) {
			giveBackAll(List.of());
		}
		note(taken.decisions());
	}

	private void take(List<ChargeGroup> there, long start) {
		List<ChargeGroup> failed = new ArrayList<>();
		List<ScriptCall> late = new ArrayList<>();
		List<ChargeDecision> taken = new ArrayList<>();
		List<ChargeDecision> lost = new ArrayList<>();
		for (ScriptCall question : ask(there, true, failed)) {
			ScriptCall.Said answer = question.await(RedisDecisions.deadline(start, question.group()));
			if (answer != null) {
				(answer.granted() ? taken : lost).addAll(answer.decisions());
			}
			else if (question.hasFailed()) {
				this.decisions.abandon(question);
				failed.add(question.group());
			}
			else {
				late.add(question);
			}
		}
		if (lost.isEmpty() && !failed.isEmpty()) {
			List<ChargeDecision> without = this.decisions.decideWithout(failed);
			boolean granted = without.stream().noneMatch(ChargeDecision::refuses);
			(granted ? taken : lost).addAll(without);
		}
		decideLate(late, lost, taken, start);
		if (lost.isEmpty()) {
			note(taken);
		}
		else {
			giveBackAll(taken);
			note(lost);
		}
	}

	private void decideLate(List<ScriptCall> late, List<ChargeDecision> lost, List<ChargeDecision> taken, long start) {
		if (!lost.isEmpty()) {
			late.forEach(this.decisions::abandon);
			return;
		}
		List<ChargeGroup> groups = late.stream().map(ScriptCall::group).toList();
		DeadlineFallback.Taken decided = this.decisions.decideLate(groups, start);
		for (int i = 0; i < groups.size(); i++) {
			this.decisions.leave(groups.get(i), late.get(i), decided.receipts().get(i));
		}
		(decided.granted() ? taken : lost).addAll(decided.decisions());
	}

	private void giveBackAll(List<ChargeDecision> taken) {
		taken.forEach(this::giveBack);
		this.said.values().stream().filter(ChargeDecision::isDegraded).forEach(this::giveBack);
		this.said.replaceAll((charge, decision) -> decision.withoutReceipt());
	}

	private List<ScriptCall> ask(List<ChargeGroup> groups, boolean take, List<ChargeGroup> failed) {
		List<ScriptCall> questions = new ArrayList<>(groups.size());
		for (ChargeGroup group : groups) {
			if (group.node().isOpen()) {
				failed.add(group);
			}
			else {
				questions.add(this.decisions.ask(group, take));
			}
		}
		return questions;
	}

	private void giveBack(ChargeDecision taken) {
		for (ChargeGroup group : this.groups) {
			int place = group.charges().indexOf(taken.charge());
			if (place >= 0) {
				this.decisions.giveBack(taken, group.known()[place], group.terms()[place]);
			}
		}
	}

	private boolean note(List<ChargeDecision> decisions) {
		boolean granted = true;
		for (ChargeDecision decision : decisions) {
			this.said.put(decision.charge(), decision);
			granted &= !decision.refuses();
		}
		return granted;
	}

}
