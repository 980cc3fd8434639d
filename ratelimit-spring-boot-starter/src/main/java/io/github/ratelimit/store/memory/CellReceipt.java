package io.github.ratelimit.store.memory;

import io.github.ratelimit.store.Receipt;

/**
 * The receipt of what a cell gave: enough to take it back.
 */
interface CellReceipt extends Receipt {

	KeyCell cell();

}
