package io.github.ratelimit.store;

/**
 * What every store has to keep. A store's own test class implements this and brings the
 * store; it inherits the tests.
 */
public interface LimitStoreContract
		extends SequenceContract, ExactWaitContract, AllOrNothingContract, GiveBackContract, ReconfigurationContract,
		AlternationContract, ChangedLimitContract, KeysContract, ConcurrencyContract, KindsContract, SettlementContract,
		ShadowContract, WorstCaseContract, MoreQuotaContract, BlockContract, NotesContract {

}
