package io.panext.kernels;

/**
 * The residual connection: adds the same place of another matrix. That is in no near cache; processors fetch it in time
 * where they are asked for whole rows.
 *
 * @param residual a matrix of the whole product's shape
 */
record Residual(Matrix residual) implements Epilogue {

    @Override
    public void apply(Matrix block, int row, int column) {}

    @Override
    public void finish(Matrix rows, int row, int column) {
        Add.apply(rows, residual.slice(row, row + rows.rows()).columns(column, rows.columns()));
    }
}
